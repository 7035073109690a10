import { outboxRow, queueJobs } from '#outbox';
import type { EntityManager } from '#database';
import { recordLandedAgain } from '../events/record-uploads.js';
import { processPayload } from './process-payload.js';
import type { Proof } from '../rows/upload.entity.js';

/** Errors that mean OSS had another version, or none, by the time it was asked. */
const otherVersion: ReadonlySet<string | null> = new Set(['object.changed', 'object.missing']);

/**
 * When an upload fails because OSS has another version by then, a later landing of its own version may have been merged into
 * it (A, B, then A again), and that one may be fine. The newest merged landing, preferably one that is vouched for, is
 * processed again, and the others are merged into it. Within the caller's transaction, which holds the lock of the upload.
 */
export async function relandMerged(
  manager: EntityManager,
  id: string,
  errorCode: string | null,
): Promise<void> {
  if (!otherVersion.has(errorCode)) return;
  const [rows] = (await manager.query(
    `UPDATE uploads SET status = 'stored', merged_into = NULL, confirmed_at = NULL, updated_at = now(),
                        proof = nullif(proof, 'object'), sweep_at = now() + interval '1 minute'
     WHERE id = (SELECT m.id FROM uploads AS m JOIN uploads AS f ON f.id = m.merged_into
                 WHERE f.id = $1 AND f.status = 'failed'
                 ORDER BY m.proof = 'object', m.id DESC LIMIT 1)
     RETURNING id, proof`,
    [id],
  )) as [{ id: string; proof: Proof | null }[], number];
  const [next] = rows;
  if (!next) return;
  await manager.query('UPDATE uploads SET merged_into = $2 WHERE merged_into = $1', [id, next.id]);
  await recordLandedAgain(manager, next.id);
  await queueJobs(manager, [outboxRow('upload.process', processPayload(next.id, next.proof))]);
}
