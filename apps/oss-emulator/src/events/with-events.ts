import type { Note } from '../store/object-change.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { eventNames, type EventOperation } from './model/event-names.js';
import type { Events } from './events.js';

/** What a request does, as reported in its events. */
interface Occasion {
  readonly operation: EventOperation;
  /** The `x:` variables of its callback, if there is one. */
  readonly vars?: Readonly<Record<string, string>> | undefined;
  /** The position at which AppendObject appends. */
  readonly position?: number;
}

/** The headers that OSS adds to the response of an upload that matches a rule. */
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
 * Carries out a change and sends the events that the rules require. Events are recorded in the transaction of the
 * change and are due once it commits.
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
