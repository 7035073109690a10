import type { Note } from '../store/object-change.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { eventNames, type EventOperation } from './model/event-names.js';
import type { Events } from './events.js';

/** What a request does, as its events tell it. */
interface Occasion {
  readonly operation: EventOperation;
  /** The `x:` variables of its callback, if it has one. */
  readonly vars?: Readonly<Record<string, string>> | undefined;
  /** Where AppendObject appends. */
  readonly position?: number;
}

/** What OSS adds to the answer of an upload that a rule wants. */
const statusHeaders = {
  'x-oss-event-status': toBase64({ Result: 'Ok' }),
  'x-oss-process-status': toBase64({
    code: 'Success',
    message: 'NotificationSucceed',
    type: 'EventNotification',
    version: '1.0',
  }),
};

/**
 * Carries out a change, and sends the events of it that the rules want: what is noted within a
 * transaction is owed from its end on.
 */
export async function withEvents<T>(
  { requestId, bucket, incoming, outgoing }: AddressedExchange,
  { events }: { readonly events: Events },
  { operation, vars, position }: Occasion,
  change: (note: Note) => Promise<T>,
): Promise<T> {
  const request = {
    operation,
    at: new Date().toISOString(),
    bucket,
    requestId,
    clientIp: incoming.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '',
    vars,
    position,
  };
  let isOwed = false;
  const done = await change(({ key, etag, sizeBytes, deltaBytes }) => {
    isOwed = events.add({ ...request, objectKey: key, etag, sizeBytes, deltaBytes }) || isOwed;
  });
  if (isOwed) {
    if (eventNames[operation].startsWith('ObjectCreated:'))
      for (const [name, value] of Object.entries(statusHeaders)) outgoing.setHeader(name, value);
    events.wake();
  }
  return done;
}

function toBase64(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64');
}
