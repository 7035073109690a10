import { outboxRow, queueJobs } from '#outbox';
import type { Pipelines } from '#pipelines';
import { LandfallError } from '#runtime';
import type { DataSource, EntityManager } from '#database';
import { findHolder } from '../landing/find-holder.js';
import { standingIdOf } from '../landing/standing-upload.js';
import { recordReprocessed } from '../events/record-uploads.js';
import { openAgain, planAgain, replanUpload } from '../making/plan-again.js';
import { traceAgain } from '../making/trace-again.js';
import { isConfirmed, Upload } from '../rows/upload.entity.js';

/** What to make again. */
export interface ReprocessRequest {
  pipelines: Pipelines;
  /** Names of the renditions; all if unset. */
  names?: readonly string[] | undefined;
  /** Delay until the sweep first checks the upload. */
  sweepAfterMs: number;
}

/**
 * Queues the missing, failed and outdated renditions of an upload; one that failed before it was planned starts over. Ready
 * versions are served until their successors are ready. Idempotent.
 * @returns how many renditions, 1 for an upload that starts over; 0 for one that is still to be planned
 * @throws LandfallError upload.not_found, upload.superseded, rendition.unknown
 */
export async function reprocessUpload(
  source: DataSource,
  id: string,
  request: ReprocessRequest,
): Promise<number> {
  const standingId = await standingIdOf(source, id);
  if (standingId !== id) return reprocessUpload(source, standingId, request);
  const upload = await source.getRepository(Upload).findOneBy({ id });
  if (!upload || upload.status === 'deleted') throw new LandfallError('upload.not_found', id);
  const make = async (manager: EntityManager) => {
    const locked = await manager.findOne(Upload, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!locked || locked.status === 'deleted') throw new LandfallError('upload.not_found', id);
    // Under the lock: a merge may change the vars and the ticket, on which the plan depends.
    const plan = await planAgain(manager, request.pipelines, locked);
    const known = locked.kind === null ? renditionsOf(request.pipelines) : (plan?.renditions ?? []);
    refuseUnknown(request.names, known);
    if (locked.kind === null)
      return locked.status === 'failed' ? restart(manager, locked, request.sweepAfterMs) : 0;
    return replanUpload(manager, locked, {
      ...request,
      plan,
      beforeReopening: () => refuseSuperseded(manager, locked),
    });
  };
  return traceAgain('reprocess', upload, () => source.transaction(make));
}

/** Every rendition of the pipelines file. */
export function renditionsOf({ pipelines }: Pipelines): { name: string }[] {
  return pipelines.flatMap((pipeline) => pipeline.renditions);
}

/** @throws LandfallError rendition.unknown */
export function refuseUnknown(
  names: readonly string[] | undefined,
  planned: readonly { name: string }[],
): void {
  const unknown = names?.filter((name) => !planned.some((one) => one.name === name)) ?? [];
  if (unknown.length === 0) return;
  const known = [...new Set(planned.map((one) => one.name))].join(', ') || 'none';
  throw new LandfallError('rendition.unknown', `${unknown.join(', ')}; available: ${known}`);
}

/** Starts an upload over that failed before it was planned. */
async function restart(manager: EntityManager, upload: Upload, sweepAfterMs: number): Promise<number> {
  await refuseSuperseded(manager, upload);
  await openAgain(manager, upload, sweepAfterMs);
  await recordReprocessed(manager, upload.id, []);
  await queueJobs(manager, [outboxRow('upload.process', { v: 1, uploadId: upload.id, urgency: 'again' })]);
  return 1;
}

/**
 * A failed or ignored upload no longer holds its version, which may have landed again since as another upload.
 * @throws LandfallError upload.superseded
 */
async function refuseSuperseded(manager: EntityManager, upload: Upload): Promise<void> {
  if (!isConfirmed(upload)) return;
  const holder = await findHolder(manager, upload, upload.etag);
  if (holder) throw new LandfallError('upload.superseded', `the same version is now upload ${holder.id}`);
}
