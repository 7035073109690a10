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

/** How long the failed row of an unproven landing is kept to show why it was not confirmed. */
const unconfirmedKept = `interval '6 hours'`;

/**
 * Begins and counts a run of a job; null if there is nothing to do: the upload is finished, deleted or unknown. The status
 * of an unconfirmed or reprocessed upload does not change.
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

/** Uncounts a run that ended normally. If the worker dies, the run stays counted. */
export async function endRun(source: DataSource, id: string): Promise<void> {
  await uncountRun.run(source, [id]);
}

const uncountRun = new PreparedStatement(
  'end-run',
  () => 'UPDATE uploads SET runs = greatest(runs - 1, 0) WHERE id = $1',
);

/** Facts detected from the bytes, and the renditions planned by the pipelines file. */
export interface UploadPlan {
  kind: MediaKind;
  mimeType: string;
  metadata: object;
  warnings: readonly WarningCode[];
  /** The tags that `metadata` was derived from; unset or null if there are none. */
  rawTags?: object | null;
  /** null if no pipeline matches. Without renditions the upload is `ignored`. */
  pipeline: string | null;
  renditions: readonly PlannedVersion[];
}

/**
 * Records facts and plan, with one pending version per rendition, and queues the other jobs that are needed. Running it
 * again adds only what is missing.
 * @param by the planning job, which makes its own renditions itself; its urgency; and the vars and ticket that the plan is
 * based on
 * @returns null, or the current upload if its vars or ticket have changed: nothing is recorded then, and the caller plans
 * again
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
    // `unproven` no longer applies, since the upload is confirmed; `again` still ranks behind fresh work.
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

/** Adds pending versions of the renditions that have no version yet. */
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

/** Stores the placeholder of an image, and the perceptual hash that finds its near duplicates. */
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

/** Marks an unplanned upload as failed. A planned one ends with its renditions, see `settleUpload`. */
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
      // Used only by the sweep, which removes failed uploads that are unproven.
      sweepAt: () => `now() + ${unconfirmedKept}`,
      updatedAt: () => 'now()',
    },
  );
  await recordUpload(manager, 'upload.failed', id);
  await relandMerged(manager, id, reason.code);
}

/**
 * Ends the upload if no rendition is pending: as ready, or as failed with the first failure. Reprocessing lasts until no
 * version is pending.
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

/** Runs before the commit, which rarely fails at this point. */
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

/** Takes the duration from a rendition if the original has none, such as a file that a browser recorded as a stream. */
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
