import type { MakingJob } from '#outbox';
import type { LandfallError, WarningCode } from '#runtime';
import { type DataSource, type EntityManager, In, Not } from '#database';
import { recordVersions } from '../events/record-uploads.js';
import { RenditionVersion } from '../rows/rendition-version.entity.js';
import type { ImageFingerprint } from '#media';
import { Upload } from '../rows/upload.entity.js';
import { lockOpenUpload } from './open-uploads.js';
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
const noError = { errorCode: null, errorMessage: null, log: null };

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
  await source.transaction(async (manager) => {
    const upload = await manager.findOne(Upload, {
      where: { id: uploadId },
      lock: { mode: 'pessimistic_write' },
    });
    if (!upload) return;
    const versions = await manager.findBy(RenditionVersion, { uploadId, name, status: Not('retired') });
    const bySpec = versions.filter(({ specHash }) => specHash === ref.specHash);
    const version = bySpec.find(({ status }) => status === 'pending');
    if (!version) {
      if (bySpec.some(({ status }) => status === 'ready')) return;
      const { specHash } = ref;
      const storageKeys = [storageKeyOf(ref, made.objectKey)];
      return insertRetired(manager, { uploadId, name, specHash, storageKeys });
    }
    for (const older of versions) if (older.id < version.id) await retireVersion(manager, older);
    await serve(manager, version, made);
    if (fingerprint) await recordFingerprint(manager, uploadId, fingerprint);
    if (playsWhole.has(version.kind)) await completeDuration(manager, uploadId, made.durationMs);
    await settleUpload(manager, uploadId);
  });
}

/** What plays from beginning to end, and so shows how long its source lasts. */
const playsWhole: ReadonlySet<string> = new Set(['hls', 'mp4', 'audio', 'waveform']);

async function serve(manager: EntityManager, version: RenditionVersion, made: MadeVersion): Promise<void> {
  const { uploadId, name, specHash, kind, job } = version;
  const storageKey = storageKeyOf(version, made.objectKey);
  // Reserved, but not what is served: the segments of an MP4 that was joined, a try with another ending.
  const storageKeys = version.storageKeys.filter((key) => key !== storageKey);
  if (storageKeys.length > 0)
    await insertRetired(manager, { uploadId, name, specHash, kind, job, storageKeys });
  await manager.update(
    RenditionVersion,
    { id: version.id },
    {
      ...made,
      ...noProgress,
      ...noError,
      status: 'ready',
      storageKeys: [storageKey],
      sizeBytes: String(made.sizeBytes),
      encoder: made.encoder ?? null,
      details: made.details ?? {},
      warnings: [...(made.warnings ?? [])],
      updatedAt: () => 'now()',
    },
  );
  await recordVersions(manager, 'rendition.ready', uploadId, [version.id]);
  await forgetChunks(manager, uploadId);
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
  const endedIds = ending.map(({ id }) => id);
  await recordVersions(manager, 'rendition.failed', uploadId, endedIds);
  await forgetChunks(manager, uploadId);
  await settleUpload(manager, uploadId);
}
