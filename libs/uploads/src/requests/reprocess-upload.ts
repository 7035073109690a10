import { outboxRow, queueJobs } from '#outbox';
import type { Pipelines } from '#pipelines';
import { LandfallError } from '#runtime';
import { type DataSource, type EntityManager, Not } from '#database';
import { findHolder } from '../landing/confirm-landing.js';
import { standingIdOf } from '../landing/standing-upload.js';
import { insertPending } from '../making/pending-versions.js';
import { retireVersion } from '../making/storage-keys.js';
import { settleUpload } from '../making/upload-states.js';
import { forgetChunks } from '../making/versions.js';
import { RenditionVersion } from '../rows/rendition-version.entity.js';
import { isConfirmed, Upload } from '../rows/upload.entity.js';
import { findOutdated, type OutdatedRendition, planAgain } from './outdated-renditions.js';

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
  return source.transaction(async (manager) => {
    const locked = await manager.findOne(Upload, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!locked || locked.status === 'deleted') throw new LandfallError('upload.not_found', id);
    if (locked.kind === null)
      return locked.status === 'failed' ? restart(manager, id, request.sweepAfterMs) : 0;
    const versions = await manager.findBy(RenditionVersion, { uploadId: id, status: Not('retired') });
    const outdated = findOutdated(versions, planned, request.names);
    if (plan && outdated.length > 0) {
      for (const one of outdated) await replan(manager, id, one);
      await forgetChunks(manager, id);
      await arrange(manager, versions, planned);
      await openAgain(manager, locked, request.sweepAfterMs, { pipeline: plan.pipeline });
      await settleUpload(manager, id);
    }
    await queueAgain(manager, id);
    return outdated.length;
  });
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
async function restart(manager: EntityManager, id: string, sweepAfterMs: number): Promise<number> {
  const upload = await manager.findOneByOrFail(Upload, { id });
  await openAgain(manager, upload, sweepAfterMs);
  await queueJobs(manager, [outboxRow('upload.process', { v: 1, uploadId: id, urgency: 'again' })]);
  return 1;
}

/** Opens an upload for jobs that make again: what is finished without being ready is processed anew. */
async function openAgain(
  manager: EntityManager,
  upload: Upload,
  sweepAfterMs: number,
  changes: { pipeline?: string } = {},
): Promise<void> {
  const { id, status } = upload;
  const isOver = status === 'failed' || status === 'ignored';
  const isFinished = isOver || status === 'ready';
  if (isOver) await refuseSuperseded(manager, upload);
  await manager.update(
    Upload,
    { id, status },
    {
      ...changes,
      ...(isOver ? { status: 'processing', errorCode: null, errorMessage: null } : {}),
      // Crashes of before are no sign that it will crash again; those of a job that runs now are.
      ...(isFinished ? { runs: 0 } : {}),
      reprocessingSince: () => 'now()',
      sweepAt: new Date(Date.now() + sweepAfterMs),
      updatedAt: () => 'now()',
    },
  );
}

/** What failed or was ignored has given way: the same version may have landed again since, as another upload. */
async function refuseSuperseded(manager: EntityManager, upload: Upload): Promise<void> {
  if (!isConfirmed(upload)) return;
  const holder = await findHolder(manager, upload, upload.etag);
  if (holder) throw new LandfallError('upload.superseded', `the same version is upload ${holder.id} now`);
}

/** Plans a new version of a rendition, unless the one that is wanted is there: the file was changed back. */
async function replan(
  manager: EntityManager,
  uploadId: string,
  { planned, position, versions }: OutdatedRendition,
): Promise<void> {
  const live = versions.filter(({ status }) => status !== 'failed');
  // While nothing is served, what was planned first is made all the same: a page waits for it.
  const [kept] = live.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  for (const version of versions) if (version !== kept) await retireVersion(manager, version);
  if (kept?.specHash === planned.specHash) return;
  const newestId = versions
    .map(({ id }) => id)
    .toSorted()
    .at(-1);
  await insertPending(manager, uploadId, [[position, planned, newestId]]);
}

/** Puts renditions in the order of the file. */
async function arrange(
  manager: EntityManager,
  versions: readonly RenditionVersion[],
  planned: readonly { name: string }[],
): Promise<void> {
  for (const [position, { name }] of planned.entries()) {
    const moved = versions.some((version) => version.name === name && version.position !== position);
    if (moved)
      await manager.update(RenditionVersion, { uploadId: versions[0]?.uploadId, name }, { position });
  }
}

/** Queues the jobs of whatever is still to be made. */
async function queueAgain(manager: EntityManager, uploadId: string): Promise<void> {
  const pending = await manager.findBy(RenditionVersion, { uploadId, status: 'pending' });
  const jobs = new Set(pending.map(({ job }) => job));
  await queueJobs(
    manager,
    [...jobs].map((name) => outboxRow(name, { v: 1, uploadId, urgency: 'again' })),
  );
}
