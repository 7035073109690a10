import type { MakingJob } from '#outbox';
import type { LandfallError, WarningCode } from '#runtime';
import { inSpan } from '#tracing';
import { type DataSource, type EntityManager, In, Not, PreparedStatement } from '#database';
import { recordVersions } from '../events/record-uploads.js';
import { RenditionVersion } from '../rows/rendition-version.entity.js';
import type { ImageFingerprint } from '#media';
import { Upload } from '../rows/upload.entity.js';
import { lockOpenUpload, lockUpload } from './open-uploads.js';
import { insertRetired, retireVersion, storageKeyOf, type VersionRef } from './storage-keys.js';
import { completeDuration, failUpload, recordFingerprint, settleUpload } from './upload-states.js';

/** A version that lies in the object store. */
export interface MadeVersion {
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
}

const noProgress = { progress: null, speed: null };
const notStored = { objectKey: null, mimeType: null, width: null, height: null, durationMs: null };

/**
 * Serves a version: it is ready, and what was served before, failed, or is pending by an older plan is retired. The upload is
 * ready too when nothing else of it is pending. Doing it again changes nothing; what nobody wants any more is removed later.
 */
export async function publishVersion(
  source: DataSource,
  ref: VersionRef,
  made: MadeVersion,
  fingerprint: ImageFingerprint | null = null,
): Promise<void> {
  const { uploadId, name } = ref;
  const publish = async (manager: EntityManager) => {
    const upload = await lockUpload(manager, uploadId);
    if (!upload) return;
    const versions = await versionsOfRendition.run(manager, [uploadId, name]);
    const bySpec = versions.filter(({ specHash }) => specHash === ref.specHash);
    const version = bySpec.find(({ status }) => status === 'pending');
    if (!version) {
      if (bySpec.some(({ status }) => status === 'ready')) return;
      const { specHash } = ref;
      const storageKeys = [storageKeyOf(ref, made.objectKey)];
      return insertRetired(manager, { uploadId, name, specHash, storageKeys });
    }
    for (const older of versions) if (older.id < version.id) await retireVersion(manager, older);
    await serve(manager, upload, version, made);
    if (fingerprint) await recordFingerprint(manager, uploadId, fingerprint);
    if (versions.some(({ kind }) => playsWhole.has(kind))) await forgetChunks(manager, uploadId);
    if (playsWhole.has(version.kind)) await completeDuration(manager, uploadId, made.durationMs);
    await settleUpload(manager, uploadId);
  };
  const facts = { 'landfall.rendition.name': name, 'landfall.size_bytes': made.sizeBytes };
  await inSpan({ name: 'publish', facts }, () => source.transaction(publish));
}

const versionsOfRendition = new PreparedStatement<RenditionVersion>(
  'versions-of-rendition',
  (columns) =>
    `SELECT ${columns(RenditionVersion, 'v')} FROM rendition_versions AS v
     WHERE upload_id = $1 AND name = $2 AND status <> 'retired'`,
);

/** What plays from beginning to end, and so shows how long its source lasts. Of these alone there may be chunks. */
const playsWhole: ReadonlySet<string> = new Set(['hls', 'mp4', 'audio', 'waveform']);

const serveVersion = new PreparedStatement<RenditionVersion>(
  'serve-version',
  (columns) =>
    `UPDATE rendition_versions AS v
     SET status = 'ready', object_key = $2, storage_keys = $3, mime_type = $4, width = $5, height = $6, size_bytes = $7,
         duration_ms = $8, encoder = $9, details = $10, warnings = $11, progress = NULL, speed = NULL,
         error_code = NULL, error_message = NULL, log = NULL, updated_at = now()
     WHERE id = $1 RETURNING ${columns(RenditionVersion, 'v')}`,
);

async function serve(
  manager: EntityManager,
  upload: Upload,
  version: RenditionVersion,
  made: MadeVersion,
): Promise<void> {
  const { id, uploadId, name, specHash, kind, job } = version;
  const { objectKey, mimeType, width, height, sizeBytes, durationMs } = made;
  const storageKey = storageKeyOf(version, objectKey);
  // Reserved, but not what is served: the segments of an MP4 that was joined, a try with another ending.
  const storageKeys = version.storageKeys.filter((key) => key !== storageKey);
  if (storageKeys.length > 0)
    await insertRetired(manager, { uploadId, name, specHash, kind, job, storageKeys });
  const served = await serveVersion.run(manager, [
    id,
    objectKey,
    [storageKey],
    mimeType,
    width,
    height,
    sizeBytes,
    durationMs,
    made.encoder ?? null,
    made.details ?? {},
    [...(made.warnings ?? [])],
  ]);
  await recordVersions(manager, 'rendition.ready', upload, served);
}

/** Deletes the chunks of which nothing is to be made any more: made again later, the video is cut again. */
export async function forgetChunks(manager: EntityManager, uploadId: string): Promise<void> {
  await manager.query(
    `DELETE FROM chunks WHERE upload_id = $1 AND NOT EXISTS (
       SELECT FROM rendition_versions AS v WHERE v.id = ANY(chunks.version_ids) AND v.status = 'pending')`,
    [uploadId],
  );
}

/** What is shown of a version that plays before it is ready. */
export type ShownEarly = Pick<MadeVersion, 'objectKey' | 'mimeType' | 'width' | 'height' | 'durationMs'>;

/** Has a version shown that is still being made: what lies under its key plays already, and goes on to be stored. */
export async function recordEarly(
  source: DataSource | EntityManager,
  { uploadId, name, specHash }: VersionRef,
  { objectKey, mimeType, width, height, durationMs }: ShownEarly,
): Promise<void> {
  await source
    .getRepository(RenditionVersion)
    .update(
      { uploadId, name, specHash, status: 'pending' },
      { objectKey, mimeType, width, height, durationMs, updatedAt: () => 'now()' },
    );
}

/** Whether a version of a rendition is served: what is made then replaces it, and is not seen before it is ready. */
export async function isServed(
  source: DataSource,
  { uploadId, name }: Pick<VersionRef, 'uploadId' | 'name'>,
): Promise<boolean> {
  return source.getRepository(RenditionVersion).existsBy({ uploadId, name, status: 'ready' });
}

/**
 * Ends what a job still had to make as failed; the upload fails when nothing else is pending. A rendition that has a version
 * that is served stays ready, with the reason why no new one was made.
 */
export async function failVersions(
  source: DataSource,
  uploadId: string,
  job: MakingJob,
  reason: LandfallError,
): Promise<void> {
  await source.transaction(async (manager) => {
    if (await lockOpenUpload(manager, uploadId)) await endVersions(manager, uploadId, reason, { job });
  });
}

/** Ends one version as failed. @param fingerprint what is known of the picture by then */
export async function failVersion(
  source: DataSource,
  { id, uploadId }: Pick<RenditionVersion, 'id' | 'uploadId'>,
  reason: LandfallError,
  fingerprint: ImageFingerprint | null = null,
): Promise<void> {
  await source.transaction(async (manager) => {
    if (!(await lockOpenUpload(manager, uploadId))) return;
    await endVersions(manager, uploadId, reason, { id });
    if (fingerprint) await recordFingerprint(manager, uploadId, fingerprint);
  });
}

/**
 * Within the caller's transaction, which holds the lock of the upload: ends its pending versions as failed, all or some of
 * them, and an upload of which nothing was planned yet.
 */
export async function endVersions(
  manager: EntityManager,
  uploadId: string,
  reason: LandfallError,
  which: Partial<Pick<RenditionVersion, 'id' | 'job'>> = {},
): Promise<void> {
  const versions = await manager.findBy(RenditionVersion, { uploadId, status: Not('retired') });
  if (versions.length === 0) return failUpload(manager, uploadId, reason);
  const ending = versions.filter(
    ({ id, job, status }) => status === 'pending' && (which.id ?? id) === id && (which.job ?? job) === job,
  );
  const names = new Set(ending.map(({ name }) => name));
  // Of a rendition one failure is shown: the last.
  for (const version of versions)
    if (version.status === 'failed' && names.has(version.name)) await retireVersion(manager, version);
  const { code, message, context } = reason;
  await manager.update(
    RenditionVersion,
    { id: In(ending.map(({ id }) => id)) },
    {
      ...noProgress,
      ...notStored,
      status: 'failed',
      errorCode: code,
      errorMessage: message,
      log: typeof context['log'] === 'string' ? context['log'] : null,
      dueAt: () => `CASE WHEN storage_keys <> '{}' THEN now() END`,
      updatedAt: () => 'now()',
    },
  );
  await recordFailed(
    manager,
    uploadId,
    ending.map(({ id }) => id),
  );
  await forgetChunks(manager, uploadId);
  await settleUpload(manager, uploadId);
}

async function recordFailed(manager: EntityManager, uploadId: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const upload = await manager.findOneByOrFail(Upload, { id: uploadId });
  const failed = await manager.find(RenditionVersion, {
    where: { id: In([...ids]) },
    order: { position: 'ASC', name: 'ASC' },
  });
  await recordVersions(manager, 'rendition.failed', upload, failed);
}
