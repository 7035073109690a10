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

/** A version whose files are in the object store. */
export interface MadeVersion {
  objectKey: string;
  mimeType: string;
  width: number | null;
  height: number | null;
  sizeBytes: number;
  durationMs: number | null;
  /** Unset for kinds where it carries no information. */
  encoder?: string | null;
  /** Further facts about the result, depending on the kind. */
  details?: object;
  /** Defects of the result; none if unset. */
  warnings?: readonly WarningCode[];
}

const noProgress = { progress: null, speed: null };
const notStored = { objectKey: null, mimeType: null, width: null, height: null, durationMs: null };

/**
 * Publishes a version: it becomes `ready`, and older versions of the rendition (served, failed or pending) are retired. The
 * upload ends if nothing else is pending. Idempotent; the files of a version that is no longer wanted are removed later.
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

/** Kinds that cover the whole source, so their duration is its duration. Only these can be made in chunks. */
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
  // Reserved but not served: the segments of a joined MP4, or an attempt with another file extension.
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

/** Deletes the chunks without pending versions; to make a version again later, the video is cut again. */
export async function forgetChunks(manager: EntityManager, uploadId: string): Promise<void> {
  await manager.query(
    `DELETE FROM chunks WHERE upload_id = $1 AND NOT EXISTS (
       SELECT FROM rendition_versions AS v WHERE v.id = ANY(chunks.version_ids) AND v.status = 'pending')`,
    [uploadId],
  );
}

/** The fields of a version that plays before it is ready. */
export type ShownEarly = Pick<MadeVersion, 'objectKey' | 'mimeType' | 'width' | 'height' | 'durationMs'>;

/** Shows a pending version that already plays while the rest of it is being stored. */
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

/** Whether a version of a rendition is served; a new one then stays invisible until it is ready. */
export async function isServed(
  source: DataSource,
  { uploadId, name }: Pick<VersionRef, 'uploadId' | 'name'>,
): Promise<boolean> {
  return source.getRepository(RenditionVersion).existsBy({ uploadId, name, status: 'ready' });
}

/**
 * Marks the pending versions of a job as failed; the upload ends if nothing else is pending. A rendition with a served
 * version stays ready, and shows why no new one was made.
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

/** Marks one version as failed. @param fingerprint of the picture, if it is already known */
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
 * Marks pending versions as failed, within the caller's transaction, which holds the lock of the upload. An upload without
 * versions fails itself.
 * @param which selects versions by id or job; all by default
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
  // A rendition only shows its last failure.
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
