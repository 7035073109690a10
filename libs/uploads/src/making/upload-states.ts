import { isDeepStrictEqual } from 'node:util';
import { type MakingJob, outboxRow, queueJobs, type Urgency } from '#outbox';
import { histogram, type LandfallError, type WarningCode } from '#runtime';
import { type DataSource, type EntityManager, PreparedStatement } from '#database';
import { findRenditions, recordEnd, recordStored, recordUpload } from '../events/record-uploads.js';
import { relandMerged } from './reland-merged.js';
import type { ImageFingerprint } from '#media';
import { type MediaKind, Upload, type UploadStatus } from '../rows/upload.entity.js';
import { isOpen, lockOpenUpload } from './open-uploads.js';
import { insertPending, type PlannedVersion } from './pending-versions.js';

const readyTimes = histogram(
  'landfall_upload_ready_seconds',
  'Time from the landing until all renditions are ready for the first time, by kind of the upload',
  [0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 10_800],
  ['kind'],
);

/** So long one can ask why a landing that nobody vouches for was not confirmed; then its row goes. */
const unconfirmedKept = `interval '6 hours'`;

/**
 * Begins a run of a job: null when the upload is finished, deleted or unknown, so that there is nothing to do. One that is
 * not confirmed yet stays `stored`, and one that is made again stays as it is.
 */
export async function beginRun(source: DataSource, id: string): Promise<Upload | null> {
  const [begun] = await countRun.run(source, [id]);
  return begun ?? null;
}

const countRun = new PreparedStatement<Upload>(
  'begin-run',
  (columns) =>
    `UPDATE uploads AS u
     SET status = CASE WHEN status = 'stored' AND confirmed_at IS NOT NULL THEN 'processing' ELSE status END,
         runs = runs + 1, updated_at = now()
     WHERE id = $1 AND ${isOpen('u')} RETURNING ${columns(Upload, 'u')}`,
);

/** Ends a run in order. A worker that dies never gets here: its run stays counted. */
export async function endRun(source: DataSource, id: string): Promise<void> {
  await uncountRun.run(source, [id]);
}

const uncountRun = new PreparedStatement(
  'end-run',
  () => 'UPDATE uploads SET runs = greatest(runs - 1, 0) WHERE id = $1',
);

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
    const facts = [kind, mimeType, metadata, rawTags ?? null, [...warnings]];
    await planUpload.run(manager, [id, status, pipeline, ...facts]);
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

const planUpload = new PreparedStatement(
  'plan-upload',
  () =>
    `UPDATE uploads
     SET status = $2, pipeline = $3, kind = $4, mime_type = $5, metadata = $6, raw_tags = $7, warnings = $8,
         reprocessing_since = CASE WHEN $2 = 'ignored' THEN NULL ELSE reprocessing_since END, updated_at = now()
     WHERE id = $1`,
);

/** Adds pending versions of the renditions that have none yet. */
async function insertMissing(
  manager: EntityManager,
  uploadId: string,
  planned: readonly PlannedVersion[],
): Promise<void> {
  const present = await renditionNames.run(manager, [uploadId]);
  const missing = [...planned.entries()].filter(([, one]) => !present.some(({ name }) => name === one.name));
  if (missing.length > 0) await insertPending(manager, uploadId, missing);
}

const renditionNames = new PreparedStatement<{ name: string }>(
  'rendition-names',
  () => 'SELECT name FROM renditions WHERE upload_id = $1',
);

/** Stores what is shown while the image loads, and what finds its near duplicates. */
export async function recordFingerprint(
  manager: EntityManager,
  id: string,
  { perceptualHash, ...placeholder }: ImageFingerprint,
): Promise<void> {
  await fingerprintUpload.run(manager, [id, placeholder, perceptualHash?.toString() ?? null]);
}

const fingerprintUpload = new PreparedStatement(
  'fingerprint-upload',
  () => 'UPDATE uploads SET placeholder = $2, perceptual_hash = $3 WHERE id = $1',
);

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
  const renditions = await findRenditions(manager, id);
  if (renditions.some(({ status }) => status === 'pending')) return;
  const failed = renditions.find(({ status }) => status === 'failed');
  const status: UploadStatus = failed ? 'failed' : 'ready';
  const reason = [failed?.errorCode ?? null, failed?.errorMessage ?? null];
  const [ended] = await endUpload.run(manager, [id, status, ...reason]);
  if (!ended) return;
  const { before, ...upload } = ended;
  const isDoneAgain = before.isReprocessed && upload.reprocessingSince === null;
  if (before.status !== status || isDoneAgain)
    await recordEnd(manager, `upload.${status}`, upload, renditions);
  if (failed) await relandMerged(manager, id, failed.errorCode);
  else if (before.status === 'processing' && !before.isReprocessed) observeReady(upload);
}

/** Before its commit, which few transactions miss by then. */
function observeReady({ kind, createdAt, readyAt }: Upload): void {
  if (readyAt)
    readyTimes.observe({ kind: kind ?? 'other' }, (readyAt.getTime() - createdAt.getTime()) / 1_000);
}

const endUpload = new PreparedStatement<
  Upload & { before: { status: UploadStatus; isReprocessed: boolean } }
>(
  'end-upload',
  (columns) =>
    `UPDATE uploads AS u
     SET status = $2, error_code = $3, error_message = $4, updated_at = now(),
         ready_at = CASE WHEN $2 = 'ready' THEN coalesce(u.ready_at, now()) ELSE u.ready_at END,
         reprocessing_since = CASE WHEN EXISTS (SELECT FROM rendition_versions WHERE upload_id = $1 AND status = 'pending')
                                   THEN u.reprocessing_since END
     FROM uploads AS b WHERE u.id = $1 AND b.id = u.id
     RETURNING ${columns(Upload, 'u')},
               jsonb_build_object('status', b.status, 'isReprocessed', b.reprocessing_since IS NOT NULL) AS before`,
);

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
