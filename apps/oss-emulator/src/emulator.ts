import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '#runtime';
import type { AccessKey } from './state/access-keys.js';
import { answerRequest } from './http/answer-request.js';
import { Buckets } from './store/buckets.js';
import { CallbackJournal } from './callbacks/journal.js';
import { loadCallbackKey } from './callbacks/key.js';
import type { EmulatorState } from './state/emulator-state.js';
import { openExchange } from './wire/exchange.js';

export interface EmulatorOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Address under which others reach the emulator; default http://localhost:<port>. */
  readonly publicUrl?: string | undefined;
  /** Folder that holds everything, used by one emulator at a time. */
  readonly dataDir: string;
  readonly region: string;
  /** Buckets that are made at start. */
  readonly buckets: readonly string[];
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Keys with a security token, as STS gives them. */
  readonly temporaryKeys?: readonly AccessKey[];
  readonly logger: Logger;
  /** Limit for one callback attempt; OSS's own is the default, 5 s. */
  readonly callbackTimeoutMs?: number;
}

/** An emulator that listens. */
export interface Emulator {
  /** Its public URL, without a trailing slash. */
  readonly url: string;
  /** Stops listening, and ends connections and callbacks. Once it resolves, nothing touches the data folder any more. */
  close(): Promise<void>;
}

/** Longer than `ali-oss` keeps an idle connection (15 s): it does not try again on one that we have just closed. */
const idleTimeoutMs = 60_000;

/** Starts an emulator of OSS; resolves when it listens. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const buckets = await Buckets.open(options.dataDir);
  for (const name of options.buckets) await buckets.create(name);
  const callbackKey = await loadCallbackKey(options.dataDir);
  const server = createServer({ keepAliveTimeout: idleTimeoutMs });
  server.listen(options.port, options.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const publicUrl = new URL(options.publicUrl ?? `http://localhost:${port}`);
  const closing = new AbortController();
  const state: EmulatorState = {
    buckets,
    callbackKey,
    journal: new CallbackJournal(),
    region: options.region,
    publicUrl,
    keys: [
      { accessKeyId: options.accessKeyId, accessKeySecret: options.accessKeySecret },
      ...(options.temporaryKeys ?? []),
    ],
    logger: options.logger,
    callbackTimeoutMs: options.callbackTimeoutMs ?? 5_000,
    closing: closing.signal,
  };
  const answers = new Set<Promise<void>>();
  server.on('request', (incoming, outgoing) => {
    const answer = answerRequest(openExchange(incoming, outgoing), state).finally(() =>
      answers.delete(answer),
    );
    answers.add(answer);
  });
  return {
    url: publicUrl.href.replace(/\/$/, ''),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      closing.abort();
      await closed;
      // A request outlives its connection: it may be storing an object.
      await Promise.all(answers);
    },
  };
}
