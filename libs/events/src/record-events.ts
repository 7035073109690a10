import { type EntityManager, PreparedStatement } from '#database';
import { newId } from '#runtime';
import { activeTraceparent } from '#tracing';
import { type EventInput, type EventType, eventTypes } from './event-types.js';

/** An event to be recorded. */
export type NewEvent = {
  [Type in EventType]: {
    /** Defaults to a new id. An event whose id is already in the log is not recorded again. */
    id?: string;
    type: Type;
    uploadId: string | null;
    data: EventInput<Type>;
    /** Defaults to the active trace. */
    traceparent?: string | null;
  };
}[EventType];

/**
 * Records events atomically with the changes that they describe, in the caller's transaction. Events
 * of one upload are in the order of its changes, provided that the caller holds its row lock.
 * @throws ZodError if data does not match the schema of its type
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
