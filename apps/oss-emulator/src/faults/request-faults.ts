import type { ServerResponse } from 'node:http';
import { OssRefusal } from '#oss';
import { pause, type Logger } from '#runtime';
import type { AddressedExchange } from '../wire/exchange.js';
import type { Faults } from './faults.js';

/** The parts of a running emulator that request faults require. */
interface FaultyEmulator {
  readonly faults: Faults;
  readonly logger: Logger;
  /** Aborts when the emulator closes. */
  readonly closing: AbortSignal;
}

/**
 * Applies the active faults to a request before its operation runs.
 * @returns whether to carry out the operation; otherwise the connection has been reset
 * @throws OssRefusal as the rule says
 */
export async function sufferFaults(
  { bucket, objectKey, requestId, incoming, outgoing }: AddressedExchange,
  operation: string,
  { faults, logger, closing }: FaultyEmulator,
): Promise<boolean> {
  for (const rule of faults.decide('request', { operation, bucket, objectKey, requestId })) {
    logger.info({ requestId, operation, fault: rule.fault }, 'a fault was applied to a request');
    switch (rule.fault) {
      case 'request.delay':
        await pause(rule.delayMs, AbortSignal.any([closing, abortedWith(outgoing)]));
        break;
      case 'request.refuse':
        throw new OssRefusal(
          rule.status ?? 503,
          rule.code ?? 'ServiceUnavailable',
          'A fault of the emulator: see /-/faults.',
        );
      case 'request.reset':
        incoming.socket.resetAndDestroy();
        return false;
      case 'request.truncate':
        breakBody(outgoing);
        break;
      case 'request.loseAnswer':
        loseAnswer(outgoing);
    }
  }
  return true;
}

/** Aborts when the client disconnects. */
function abortedWith(outgoing: ServerResponse): AbortSignal {
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  return gone.signal;
}

/**
 * Sends half of the first chunk that the operation writes, then breaks the connection. Has no effect without a body.
 */
function breakBody(outgoing: ServerResponse): void {
  const write = outgoing.write.bind(outgoing);
  const end = outgoing.end.bind(outgoing);
  const breakIn = (body: string | Uint8Array) => {
    const bytes = Buffer.from(body);
    write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => outgoing.destroy());
    return false;
  };
  outgoing.write = breakIn as typeof outgoing.write;
  outgoing.end = ((body?: string | Uint8Array) => {
    if (body === undefined || body.length === 0) return end();
    breakIn(body);
    return outgoing;
  }) as typeof outgoing.end;
}

/** Node sends the status line only with the first byte of the body, so no part of the response leaves. */
function loseAnswer(outgoing: ServerResponse): void {
  const reset = () => void outgoing.socket?.resetAndDestroy();
  outgoing.write = (() => (reset(), false)) as typeof outgoing.write;
  outgoing.end = (() => (reset(), outgoing)) as typeof outgoing.end;
}
