import { newId } from '#runtime';
import type { DataSource, EntityManager } from '#database';
import { RenditionVersion } from '../rows/rendition-version.entity.js';

/** How much longer than it lasts a stream may be watched: the life of its URLs. */
const watchTimes = 2;

/** What a version is found by while it is being made: its keys are a function of these. */
export type VersionRef = Pick<RenditionVersion, 'uploadId' | 'name' | 'specHash'>;

/** The key of what is one object; of what is several, the prefix of all. */
export function storageKeyOf(
  { name, specHash }: Pick<VersionRef, 'name' | 'specHash'>,
  objectKey: string,
): string {
  const folder = `/${name}-${specHash}/`;
  const at = objectKey.lastIndexOf(folder);
  return at < 0 ? objectKey : objectKey.slice(0, at + folder.length);
}

/**
 * Says, before any object of a version is stored, where it will be.
 * @returns false when nobody wants the version: nothing may be stored then
 */
export async function reserveObjects(
  source: DataSource,
  version: VersionRef,
  objectKey: string,
): Promise<boolean> {
  const { uploadId, name, specHash } = version;
  // One statement: either it sees that the version has ended, or who ends it sees the key.
  const [, count] = (await source.query(
    `UPDATE rendition_versions SET storage_keys = array_append(array_remove(storage_keys, $4), $4)
     WHERE upload_id = $1 AND name = $2 AND spec_hash = $3 AND status = 'pending'`,
    [uploadId, name, specHash, storageKeyOf(version, objectKey)],
  )) as [unknown, number];
  return count > 0;
}

/** What is to be removed of a version, which must not be served any more. */
function keysOf(version: RenditionVersion): string[] {
  const { objectKey, storageKeys } = version;
  return [...new Set([...storageKeys, ...(objectKey === null ? [] : [storageKeyOf(version, objectKey)])])];
}

/** Says, within the caller's transaction, that a version is served no more, or never will be: its objects go later. */
export async function retireVersion(manager: EntityManager, version: RenditionVersion): Promise<void> {
  const { id } = version;
  const storageKeys = keysOf(version);
  if (storageKeys.length === 0) return void (await manager.delete(RenditionVersion, { id }));
  const watchedMs = version.status === 'ready' ? (version.durationMs ?? 0) * watchTimes : 0;
  await manager.update(
    RenditionVersion,
    { id },
    {
      status: 'retired',
      storageKeys,
      dueAt: version.dueAt ?? new Date(Date.now() + watchedMs),
      progress: null,
      speed: null,
      updatedAt: () => 'now()',
    },
  );
}

/** What is known of objects that no version holds. */
export type Leftover = VersionRef &
  Pick<RenditionVersion, 'storageKeys'> &
  Partial<Pick<RenditionVersion, 'kind' | 'job' | 'dueAt'>>;

/** Says, within the caller's transaction, that objects are to be removed which no version holds: as one that is retired. */
export async function insertRetired(
  manager: EntityManager,
  { uploadId, name, specHash, storageKeys, kind = '', job = 'upload.process', dueAt = new Date() }: Leftover,
): Promise<void> {
  await manager.insert(RenditionVersion, {
    id: newId(),
    uploadId,
    position: 0,
    name,
    kind,
    job,
    spec: {},
    specHash,
    status: 'retired',
    storageKeys,
    dueAt,
  });
}
