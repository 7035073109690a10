import { newId } from '#runtime';
import { activeTraceparent } from '#tracing';
import type { EntityManager } from '#database';
import { jobCatalog, type JobName, type JobPayload } from './job-catalog.js';
import { OutboxRow } from './outbox-row.entity.js';

/** The channel that wakes the relay. */
export const outboxChannel = 'landfall_outbox';

/** The fields of an outbox row that are inserted. */
type NewOutboxRow = Omit<OutboxRow, 'createdAt'>;

/**
 * A validated outbox row, ready to be inserted. Parses the payload here, so an invalid one fails
 * where it is created.
 * @param traceparent the trace that the job continues; defaults to the active one
 */
export function outboxRow<Name extends JobName>(
  name: Name,
  payload: JobPayload<Name>,
  traceparent: string | null = activeTraceparent(),
): NewOutboxRow {
  return {
    id: newId(),
    name,
    payload: jobCatalog[name].payload.parse(payload),
    traceparent,
  };
}

/**
 * Records within the caller's transaction that jobs must be queued; wakes the relay when the
 * transaction commits.
 */
export async function queueJobs(manager: EntityManager, rows: readonly NewOutboxRow[]): Promise<void> {
  if (rows.length === 0) return;
  await manager.insert(OutboxRow, [...rows]);
  await manager.query('SELECT pg_notify($1, $2)', [outboxChannel, '']);
}
