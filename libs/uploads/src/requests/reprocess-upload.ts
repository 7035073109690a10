import { againJobOf, isAgain, outboxRow, queueJobs } from '#outbox';
import type { Pipelines } from '#pipelines';
import { LandfallError } from '#runtime';
import type { DataSource, EntityManager } from '#database';
import { findOutdated, type OutdatedRendition, planAgain } from './outdated-renditions.js';
import { cancelRemovals } from '../making/removals.js';
import { openJobs, settleUpload } from '../making/rendition-states.js';
import { Rendition } from '../rows/rendition.entity.js';
import { findHolder } from '../landing/confirm-landing.js';
import { standingIdOf } from '../landing/standing-upload.js';
import { isConfirmed, Upload } from '../rows/upload.entity.js';
import { insertPending } from '../making/upload-states.js';

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
    const renditions = await manager.findBy(Rendition, { uploadId: id });
    const outdated = findOutdated(renditions, planned, request.names);
    if (plan && outdated.length > 0) {
      await wantAgain(manager, id, outdated);
      await arrange(manager, renditions, planned);
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
  await queueJobs(manager, [outboxRow('upload.reprocess', { v: 1, uploadId: id })]);
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

async function wantAgain(
  manager: EntityManager,
  uploadId: string,
  outdated: readonly OutdatedRendition[],
): Promise<void> {
  const missing: [number, OutdatedRendition['planned']][] = [];
  for (const { planned, position, row } of outdated) {
    const { name, kind, spec, specHash } = planned;
    const job = againJobOf(planned.job);
    if (row === undefined) missing.push([position, { ...planned, job }]);
    else {
      const changes =
        row.status === 'failed'
          ? {
              kind,
              job,
              spec,
              specHash,
              wanted: null,
              status: 'pending' as const,
              errorCode: null,
              errorMessage: null,
              log: null,
            }
          : { wanted: row.specHash === specHash ? null : { kind, job, spec, specHash } };
      await manager.update(Rendition, { uploadId, name }, { ...changes, updatedAt: () => 'now()' });
    }
  }
  if (missing.length > 0) await insertPending(manager, uploadId, missing);
  await cancelRemovals(
    manager,
    uploadId,
    outdated.map(({ planned }) => planned),
  );
}

/** Puts renditions in the order of the file. */
async function arrange(
  manager: EntityManager,
  renditions: readonly Rendition[],
  planned: readonly { name: string }[],
): Promise<void> {
  for (const [position, { name }] of planned.entries()) {
    const row = renditions.find((rendition) => rendition.name === name);
    if (row && row.position !== position) await manager.update(Rendition, { id: row.id }, { position });
  }
}

/** Queues the jobs that make again for whatever is still to be made. */
async function queueAgain(manager: EntityManager, uploadId: string): Promise<void> {
  const renditions = await manager.findBy(Rendition, { uploadId });
  const jobs = new Set(renditions.flatMap(openJobs).filter(isAgain));
  await queueJobs(
    manager,
    [...jobs].map((name) => outboxRow(name, { v: 1, uploadId })),
  );
}
