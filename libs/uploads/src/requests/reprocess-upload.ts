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

/** What is to be made again. */
export interface ReprocessRequest {
  pipelines: Pipelines;
  /** Only renditions of these names; without it all. */
  names?: readonly string[] | undefined;
  /** When the sweep first looks whether it was done. */
  sweepAfterMs: number;
}

/**
 * Has made what of an upload is missing, has failed, or was made by another spec than the pipelines file has now; of one
 * that failed before it was planned, everything. What is ready stays so, and is served, until its successor is there.
 * Asking again for the same changes nothing.
 * @returns how many renditions; 0 too for an upload of which nothing is planned yet
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
  // What a plan depends on does not change once the bytes were read.
  const plan = await planAgain(source, request.pipelines, upload);
  const planned = plan?.renditions ?? [];
  refuseUnknown(request.names, upload.kind === null ? renditionsOf(request.pipelines) : planned);
  const make = async (manager: EntityManager) => {
    const locked = await manager.findOne(Upload, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!locked || locked.status === 'deleted') throw new LandfallError('upload.not_found', id);
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
  throw new LandfallError('rendition.unknown', `${unknown.join(', ')}; there are: ${known}`);
}

/** An upload that failed before anything of it was planned begins anew. */
async function restart(manager: EntityManager, upload: Upload, sweepAfterMs: number): Promise<number> {
  await refuseSuperseded(manager, upload);
  await openAgain(manager, upload, sweepAfterMs);
  await recordReprocessed(manager, upload.id, []);
  await queueJobs(manager, [outboxRow('upload.process', { v: 1, uploadId: upload.id, urgency: 'again' })]);
  return 1;
}

/** What failed or was ignored has given way: the same version may have landed again since, as another upload. */
async function refuseSuperseded(manager: EntityManager, upload: Upload): Promise<void> {
  if (!isConfirmed(upload)) return;
  const holder = await findHolder(manager, upload, upload.etag);
  if (holder) throw new LandfallError('upload.superseded', `the same version is upload ${holder.id} now`);
}
