import { type EntityManager, PreparedStatement } from '#database';
import { newId } from '#runtime';
import { activeTraceparent } from '#tracing';
import { type EventInput, type EventType, eventTypes } from './event-types.js';

/** An event that is to be recorded. */
export type NewEvent = {
  [Type in EventType]: {
    /** A new one unless set. An event whose id the log has already is not recorded again. */
    id?: string;
    type: Type;
    uploadId: string | null;
    data: EventInput<Type>;
    /** Its trace; that of the work that is under way unless set. */
    traceparent?: string | null;
  };
}[EventType];

/**
 * Records events within the caller's transaction, after the changes that they are about: they are in
 * the log if those are. Of one upload they are in the order of its changes, provided that the caller
 * holds the lock of its row.
 * @throws ZodError for data that is not as the type of the event says: here, where it was made
 */
export async function recordEvents(manager: EntityManager, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map(({ id = newId(), type, uploadId, data, traceparent = activeTraceparent() }) => ({
    id,
    type,
    uploadId,
    data: eventTypes[type].data.parse(data),
    traceparent,
  }));
  await insertEvents.run(manager, [JSON.stringify(rows)]);
}

const insertEvents = new PreparedStatement(
  'insert-events',
  () =>
    `INSERT INTO events (id, type, upload_id, data, traceparent)
     SELECT (e ->> 'id')::uuid, e ->> 'type', (e ->> 'uploadId')::uuid, e -> 'data', e ->> 'traceparent'
     FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS rows (e, n) ORDER BY n
     ON CONFLICT (id) DO NOTHING`,
);
