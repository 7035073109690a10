import { isAgain, type MakingJob, outboxRow, queueJobs } from '#outbox';
import type { PlannedRendition } from '#pipelines';
import { type LandfallError, newId, type WarningCode } from '#runtime';
import type { DataSource, EntityManager } from '#database';
import { relandMerged } from '../landing/reland-merged.js';
import { Rendition } from '../rows/rendition.entity.js';
import { type ImageFingerprint, type MediaKind, Upload, type UploadStatus } from '../rows/upload.entity.js';

/** The states in which work may still be done. */
const unfinished: UploadStatus[] = ['stored', 'processing'];

/** So long one can ask why a landing that nobody vouches for was not confirmed; then its row goes. */
const unconfirmedKept = `interval '6 hours'`;

/**
 * Begins a run of a job: null when the upload is finished, deleted or unknown, so that there is nothing to do. What is made
 * again is made of finished uploads too, which stay as they are. An upload that is not confirmed yet stays `stored`.
 */
export async function beginRun(source: DataSource, id: string, job: MakingJob): Promise<Upload | null> {
  const isOpen = isAgain(job) ? 'reprocessing_since IS NOT NULL' : 'status IN (:...unfinished)';
  const begun = await source
    .createQueryBuilder()
    .update(Upload)
    .set({
      status: () =>
        `CASE WHEN status = 'stored' AND confirmed_at IS NOT NULL THEN 'processing' ELSE status END`,
      runs: () => 'runs + 1',
      updatedAt: () => 'now()',
    })
    .where(`id = :id AND ${isOpen}`, { id, unfinished })
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

/** A planned rendition, by whichever job. */
export type PlannedWork = Omit<PlannedRendition, 'job'> & { job: MakingJob };

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
  renditions: readonly PlannedWork[];
}

/**
 * Records facts and plan, with one pending row for each rendition and the other jobs that are needed. Running it again adds
 * only what is missing.
 * @param job the one that plans: it makes its own renditions itself
 */
export async function recordPlan(
  source: DataSource,
  id: string,
  plan: UploadPlan,
  job: MakingJob,
): Promise<void> {
  await source.transaction(async (manager) => {
    if (!(await lockUpload(manager, id))) return;
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
    if (plan.renditions.length === 0) return;
    await insertPending(manager, id, plan.renditions.entries());
    const others = new Set(plan.renditions.map((rendition) => rendition.job));
    others.delete(job);
    await queueJobs(
      manager,
      [...others].map((name) => outboxRow(name, { v: 1, uploadId: id })),
    );
  });
}

/** Adds pending rows with their positions; those that are there stay as they are. */
export async function insertPending(
  manager: EntityManager,
  uploadId: string,
  planned: Iterable<[number, PlannedWork]>,
): Promise<void> {
  await manager
    .createQueryBuilder()
    .insert()
    .into(Rendition)
    .values(
      [...planned].map(([position, { name, kind, job, spec, specHash }]) => ({
        id: newId(),
        uploadId,
        position,
        name,
        kind,
        job,
        spec,
        specHash,
      })),
    )
    .orIgnore()
    .execute();
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
  await relandMerged(manager, id, reason.code);
}

/**
 * Takes the row lock that everything that may end an upload takes first; without it two last renditions would each
 * see the other as pending. Null when the upload is finished and not reprocessed.
 */
export async function lockUpload(manager: EntityManager, id: string): Promise<Upload | null> {
  return manager
    .createQueryBuilder(Upload, 'upload')
    .setLock('pessimistic_write')
    .where('upload.id = :id', { id })
    .andWhere('(upload.status IN (:...unfinished) OR upload.reprocessing_since IS NOT NULL)', { unfinished })
    .getOne();
}
