import type { MakingJob } from '#outbox';
import type { LandfallError, WarningCode } from '#runtime';
import { type DataSource, type EntityManager, In, IsNull, Not } from '#database';
import { Chunk } from '../rows/chunk.entity.js';
import { cancelRemovals, expediteRemovals, queueRemoval } from './removals.js';
import { relandMerged } from '../landing/reland-merged.js';
import { Rendition } from '../rows/rendition.entity.js';
import { type ImageFingerprint, Upload } from '../rows/upload.entity.js';
import { failUpload, lockUpload, recordFingerprint } from './upload-states.js';

/**
 * The renditions of an upload that a job still has to make, in the order of the pipelines file: those that are missing, and
 * as they are wanted those that are to be replaced.
 */
export async function pendingRenditions(
  source: DataSource,
  uploadId: string,
  job: MakingJob,
): Promise<Rendition[]> {
  const renditions = await source
    .getRepository(Rendition)
    .find({ where: { uploadId }, order: { position: 'ASC', name: 'ASC' } });
  return renditions.flatMap((rendition) => {
    if (rendition.wanted?.job === job) return [{ ...rendition, ...rendition.wanted }];
    return rendition.status === 'pending' && rendition.job === job ? [rendition] : [];
  });
}

/** The jobs that still have to make something of a rendition. */
export function openJobs({ status, job, wanted }: Rendition): MakingJob[] {
  return [...(status === 'pending' ? [job] : []), ...(wanted ? [wanted.job] : [])];
}

const noProgress = { progress: null, speed: null };
const notStored = { objectKey: null, mimeType: null, width: null, height: null, durationMs: null };

function errorFields({ code, message, context }: LandfallError) {
  const log = typeof context['log'] === 'string' ? context['log'] : null;
  return { errorCode: code, errorMessage: message, log };
}

/** A rendition that lies in the object store. */
export interface MadeRendition {
  /** What it was made by. */
  specHash: string;
  objectKey: string;
  mimeType: string;
  width: number | null;
  height: number | null;
  sizeBytes: number;
  durationMs: number | null;
  /** What encoded it; unless set that tells nobody anything. */
  encoder?: string | null;
  /** What else is known of it. */
  details?: object;
  /** What of it is not as it should be; unless set nothing. */
  warnings?: readonly WarningCode[];
  /** Of what was joined from chunks: the key prefix of what is of no use then, if any. */
  chunks?: { leftovers: string | null };
}

/**
 * Marks a rendition ready, or puts it in the place of the one there was, whose objects are then removed later; the upload
 * is ready too when it was the last. Doing it again changes nothing; what nobody wants any more is removed.
 */
export async function publishRendition(
  source: DataSource,
  uploadId: string,
  name: string,
  { chunks, ...made }: MadeRendition,
  fingerprint: ImageFingerprint | null = null,
): Promise<void> {
  await source.transaction(async (manager) => {
    const upload = await manager.findOne(Upload, {
      where: { id: uploadId },
      lock: { mode: 'pessimistic_write' },
    });
    if (!upload) return;
    const rendition = await manager.findOneBy(Rendition, { uploadId, name });
    const wanted = rendition?.wanted;
    const replaces = wanted?.specHash === made.specHash;
    const isSame = rendition?.specHash === made.specHash;
    if (!rendition || (!replaces && !(isSame && rendition.status === 'pending'))) {
      const isServed = isSame && rendition?.status === 'ready';
      if (!isServed) await queueRemoval(manager, upload.bucket, { ...made, uploadId, name });
      return;
    }
    await cancelRemovals(manager, uploadId, [{ name, specHash: made.specHash }]);
    if (chunks?.leftovers)
      await queueRemoval(manager, upload.bucket, { ...made, uploadId, name, objectKey: chunks.leftovers });
    if (rendition.objectKey !== null && rendition.objectKey !== made.objectKey) {
      await queueRemoval(manager, upload.bucket, { ...rendition, objectKey: rendition.objectKey });
    }
    await manager.update(
      Rendition,
      { uploadId, name },
      {
        ...made,
        ...(replaces ? { ...wanted, wanted: null } : {}),
        sizeBytes: String(made.sizeBytes),
        encoder: made.encoder ?? null,
        details: made.details ?? {},
        warnings: [...(made.warnings ?? [])],
        status: 'ready',
        ...noProgress,
        errorCode: null,
        errorMessage: null,
        log: null,
        updatedAt: () => 'now()',
      },
    );
    if (chunks) await forgetChunks(manager, uploadId);
    if (fingerprint) await recordFingerprint(manager, uploadId, fingerprint);
    if (playsWhole.has(rendition.kind)) await completeDuration(manager, uploadId, made.durationMs);
    await settleUpload(manager, uploadId);
  });
}

/** What plays from beginning to end, and so shows how long its source lasts. */
const playsWhole: ReadonlySet<string> = new Set(['hls', 'mp4', 'audio', 'waveform']);

/** Files that were recorded as a stream, as browsers do it, do not tell how long they last. */
async function completeDuration(
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

/** Deletes the chunks of which nothing is to be made any more: made again later, it is cut again. */
async function forgetChunks(manager: EntityManager, uploadId: string): Promise<void> {
  await manager.query(
    `DELETE FROM chunks WHERE upload_id = $1 AND NOT EXISTS (
       SELECT FROM renditions AS r, jsonb_array_elements(chunks.part -> 'renditions') AS of
       WHERE r.upload_id = $1 AND r.name = of ->> 'name'
         AND (r.status = 'pending' AND r.spec_hash = of ->> 'specHash' OR r.wanted ->> 'specHash' = of ->> 'specHash'))`,
    [uploadId],
  );
}

/**
 * Has a rendition shown that is still being made: what lies under its key plays already, and goes on to be stored. What is to
 * replace another is not shown before it is whole.
 */
export async function recordEarly(
  source: DataSource,
  uploadId: string,
  name: string,
  { specHash, objectKey, mimeType, width, height, durationMs }: MadeRendition,
): Promise<void> {
  await source
    .getRepository(Rendition)
    .update(
      { uploadId, name, specHash, status: 'pending' },
      { objectKey, mimeType, width, height, durationMs, updatedAt: () => 'now()' },
    );
}

/**
 * Ends what a job still had to make as failed; the upload fails when nothing else is pending. What was to be replaced stays
 * as it is, and ready, with the reason why it was not.
 * @param one the only rendition that is ended, and what is known of the picture by then
 */
export async function failRenditions(
  source: DataSource,
  uploadId: string,
  job: MakingJob,
  reason: LandfallError,
  one: { name: string; fingerprint?: ImageFingerprint } | null = null,
): Promise<void> {
  await source.transaction(async (manager) => {
    if (!(await lockUpload(manager, uploadId))) return;
    await endRenditions(manager, uploadId, reason, { job, ...(one ? { name: one.name } : {}) });
    if (one?.fingerprint) await recordFingerprint(manager, uploadId, one.fingerprint);
  });
}

/** As `failRenditions`, within the caller's transaction, which holds the lock of the upload. */
export async function endRenditions(
  manager: EntityManager,
  uploadId: string,
  reason: LandfallError,
  { job, name }: { job?: MakingJob; name?: string } = {},
): Promise<void> {
  const rows = await manager.findBy(Rendition, { uploadId });
  const isMeant = (row: Rendition, its: MakingJob) =>
    (name === undefined || row.name === name) && (job === undefined || its === job);
  const pending = rows.filter((row) => row.status === 'pending' && isMeant(row, row.job));
  const replaced = rows.filter(({ wanted, ...row }) => wanted && isMeant({ ...row, wanted }, wanted.job));
  const why = { ...noProgress, ...errorFields(reason), updatedAt: () => 'now()' };
  const ids = (some: Rendition[]) => ({ id: In(some.map(({ id }) => id)) });
  await manager.update(Rendition, ids(pending), { ...why, ...notStored, status: 'failed' });
  await manager.update(Rendition, ids(replaced), { ...why, wanted: null });
  await expediteRemovals(manager, uploadId, [
    ...pending,
    ...replaced.flatMap((row) => (row.wanted ? [{ name: row.name, specHash: row.wanted.specHash }] : [])),
  ]);
  if (name === undefined) await manager.delete(Chunk, { uploadId, ...(job ? { job } : {}) });
  if (rows.length > 0) await settleUpload(manager, uploadId);
  else await failUpload(manager, uploadId, reason);
}

/**
 * Ends the upload when no rendition is pending: ready when all are, failed with the first failure otherwise. It is still
 * reprocessed while one is to be replaced.
 */
export async function settleUpload(manager: EntityManager, id: string): Promise<void> {
  if (await manager.existsBy(Rendition, { uploadId: id, status: 'pending' })) return;
  const failed = await manager.findOne(Rendition, {
    where: { uploadId: id, status: 'failed' },
    order: { position: 'ASC' },
  });
  const isReprocessed = await manager.existsBy(Rendition, { uploadId: id, wanted: Not(IsNull()) });
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
  if (failed) await relandMerged(manager, id, failed.errorCode);
}
