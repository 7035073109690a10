import { isDeepStrictEqual } from 'node:util';
import { type MakingJob, outboxRow, queueJobs, type Urgency } from '#outbox';
import type { LandfallError, WarningCode } from '#runtime';
import type { DataSource, EntityManager } from '#database';
import { recordStored, recordUpload } from '../events/record-uploads.js';
import { relandMerged } from './reland-merged.js';
import { RenditionVersion } from '../rows/rendition-version.entity.js';
import { Rendition } from '../rows/rendition.entity.js';
import type { ImageFingerprint } from '#media';
import { type MediaKind, Upload, type UploadStatus } from '../rows/upload.entity.js';
import { isOpen, lockOpenUpload } from './open-uploads.js';
import { insertPending, type PlannedVersion } from './pending-versions.js';

/** So long one can ask why a landing that nobody vouches for was not confirmed; then its row goes. */
const unconfirmedKept = `interval '6 hours'`;

/**
 * Begins a run of a job: null when the upload is finished, deleted or unknown, so that there is nothing to do. One that is
 * not confirmed yet stays `stored`, and one that is made again stays as it is.
 */
export async function beginRun(source: DataSource, id: string): Promise<Upload | null> {
  const begun = await source
    .createQueryBuilder()
    .update(Upload)
    .set({
      status: () =>
        `CASE WHEN status = 'stored' AND confirmed_at IS NOT NULL THEN 'processing' ELSE status END`,
      runs: () => 'runs + 1',
      updatedAt: () => 'now()',
    })
    .where(`id = :id AND ${isOpen('uploads')}`, { id })
    .execute();
  return begun.affected ? source.getRepository(Upload).findOneBy({ id }) : null;
}

/** Ends a run in order. A worker that dies never gets here: its run stays counted. */
export async function endRun(source: DataSource, id: string): Promise<void> {
  await source
    .createQueryBuilder()
    .update(Upload)
    .set({ runs: () => 'greatest(runs - 1, 0)' })
    .where('id = :id', { id })
    .execute();
}

/** What was learned from the bytes, and what the pipelines file wants of them. */
export interface UploadPlan {
  kind: MediaKind;
  mimeType: string;
  metadata: object;
  warnings: readonly WarningCode[];
  /** The tags that `metadata` was read from; none for what is no image. */
  rawTags?: object | null;
  /** null when no pipeline matches: the upload is `ignored`. */
  pipeline: string | null;
  renditions: readonly PlannedVersion[];
}

/**
 * Records facts and plan, with one pending version for each rendition and the other jobs that are needed. Running it
 * again adds only what is missing.
 * @param by the job that plans, which makes its own renditions itself, how urgent that is, and what of the upload the pipelines
 * were chosen by
 * @returns the upload as it is now, where it has got other vars or a ticket since: then nothing is recorded, and it is to be
 * planned again
 */
export async function recordPlan(
  source: DataSource,
  id: string,
  plan: UploadPlan,
  by: { job: MakingJob; urgency?: Urgency | undefined; upload: Pick<Upload, 'vars' | 'ticketId'> },
): Promise<Upload | null> {
  return source.transaction(async (manager) => {
    const upload = await lockOpenUpload(manager, id);
    if (!upload) return null;
    if (upload.ticketId !== by.upload.ticketId || !isDeepStrictEqual(upload.vars, by.upload.vars))
      return upload;
    const { kind, mimeType, metadata, rawTags, pipeline, warnings } = plan;
    const status: UploadStatus = plan.renditions.length === 0 ? 'ignored' : 'processing';
    await manager.update(
      Upload,
      { id },
      {
        kind,
        mimeType,
        metadata,
        rawTags: rawTags ?? null,
        pipeline,
        warnings: [...warnings],
        status,
        ...(status === 'ignored' ? { reprocessingSince: null } : {}),
        updatedAt: () => 'now()',
      },
    );
    if (plan.renditions.length === 0) {
      await recordUpload(manager, 'upload.ignored', id);
      return null;
    }
    await insertMissing(manager, id, plan.renditions);
    const others = new Set(plan.renditions.map((rendition) => rendition.job));
    others.delete(by.job);
    // Who vouches for it matters until it is confirmed; what is made again stays behind all that is fresh.
    const urgency = by.urgency === 'again' ? by.urgency : undefined;
    await queueJobs(
      manager,
      [...others].map((name) => outboxRow(name, { v: 1, uploadId: id, urgency })),
    );
    return null;
  });
}

/** Adds pending versions of the renditions that have none yet. */
async function insertMissing(
  manager: EntityManager,
  uploadId: string,
  planned: readonly PlannedVersion[],
): Promise<void> {
  const present = await manager.find(Rendition, { where: { uploadId }, select: { id: true, name: true } });
  const missing = [...planned.entries()].filter(([, one]) => !present.some(({ name }) => name === one.name));
  if (missing.length > 0) await insertPending(manager, uploadId, missing);
}

/** Stores what is shown while the image loads, and what finds its near duplicates. */
export async function recordFingerprint(
  manager: EntityManager,
  id: string,
  { perceptualHash, ...placeholder }: ImageFingerprint,
): Promise<void> {
  await manager.update(Upload, { id }, { placeholder, perceptualHash: perceptualHash?.toString() ?? null });
}

/** Ends an upload of which no rendition was planned as failed. An upload that was planned ends with its renditions. */
export async function failUpload(manager: EntityManager, id: string, reason: LandfallError): Promise<void> {
  await recordStored(manager, await manager.findBy(Upload, { id }));
  await manager.update(
    Upload,
    { id },
    {
      status: 'failed',
      errorCode: reason.code,
      errorMessage: reason.message,
      reprocessingSince: null,
      // Looked at by the sweep alone, and only while nobody vouches for it.
      sweepAt: () => `now() + ${unconfirmedKept}`,
      updatedAt: () => 'now()',
    },
  );
  await recordUpload(manager, 'upload.failed', id);
  await relandMerged(manager, id, reason.code);
}

/**
 * Ends the upload when no rendition is pending: ready when all are, failed with the first failure otherwise. It is still
 * reprocessed while a new version of one is to be made.
 */
export async function settleUpload(manager: EntityManager, id: string): Promise<void> {
  if (await manager.existsBy(Rendition, { uploadId: id, status: 'pending' })) return;
  const failed = await manager.findOne(Rendition, {
    where: { uploadId: id, status: 'failed' },
    order: { position: 'ASC' },
  });
  const isReprocessed = await manager.existsBy(RenditionVersion, { uploadId: id, status: 'pending' });
  const before = await manager.findOneByOrFail(Upload, { id });
  await manager.update(
    Upload,
    { id },
    {
      ...(failed
        ? { status: 'failed', errorCode: failed.errorCode, errorMessage: failed.errorMessage }
        : {
            status: 'ready',
            errorCode: null,
            errorMessage: null,
            readyAt: () => 'coalesce(ready_at, now())',
          }),
      ...(isReprocessed ? {} : { reprocessingSince: null }),
      updatedAt: () => 'now()',
    },
  );
  const status = failed ? 'failed' : 'ready';
  const isDoneAgain = before.reprocessingSince !== null && !isReprocessed;
  if (before.status !== status || isDoneAgain) await recordUpload(manager, `upload.${status}`, id);
  if (failed) await relandMerged(manager, id, failed.errorCode);
}

/** Files that were recorded as a stream, as browsers do it, do not say how long they last: what was made of them does. */
export async function completeDuration(
  manager: EntityManager,
  id: string,
  durationMs: number | null,
): Promise<void> {
  if (durationMs === null) return;
  await manager.query(
    `UPDATE uploads SET metadata = jsonb_set(metadata, '{durationMs}', to_jsonb($2::int))
     WHERE id = $1 AND metadata -> 'durationMs' = 'null'`,
    [id, durationMs],
  );
}
