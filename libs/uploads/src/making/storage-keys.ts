import { newId } from '#runtime';
import type { DataSource, EntityManager } from '#database';
import { RenditionVersion } from '../rows/rendition-version.entity.js';

/** A replaced stream may still be watched for its duration times this. */
const watchTimes = 2;

/** Identifies a version while it is being made; its object keys are a function of these fields. */
export type VersionRef = Pick<RenditionVersion, 'uploadId' | 'name' | 'specHash'>;

/** The key to reserve for a version: its object key if it is one object, or the prefix, with a slash, of several. */
export function storageKeyOf(
  { name, specHash }: Pick<VersionRef, 'name' | 'specHash'>,
  objectKey: string,
): string {
  const folder = `/${name}-${specHash}/`;
  const at = objectKey.lastIndexOf(folder);
  return at < 0 ? objectKey : objectKey.slice(0, at + folder.length);
}

/**
 * Records where the objects of a version will be, before any is stored.
 * @returns false if the version is no longer wanted: nothing may be stored then
 */
export async function reserveObjects(
  source: DataSource,
  version: VersionRef,
  objectKey: string,
): Promise<boolean> {
  const { uploadId, name, specHash } = version;
  // One statement: either it sees that the version has ended, or whatever ends the version sees the key.
  const [, count] = (await source.query(
    `UPDATE rendition_versions SET storage_keys = array_append(array_remove(storage_keys, $4), $4)
     WHERE upload_id = $1 AND name = $2 AND spec_hash = $3 AND status = 'pending'`,
    [uploadId, name, specHash, storageKeyOf(version, objectKey)],
  )) as [unknown, number];
  return count > 0;
}

/** All keys of a version's objects. */
function keysOf(version: RenditionVersion): string[] {
  const { objectKey, storageKeys } = version;
  return [...new Set([...storageKeys, ...(objectKey === null ? [] : [storageKeyOf(version, objectKey)])])];
}

/** Retires a version within the caller's transaction: its objects are removed later; without any, the row is deleted. */
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

/** Objects that belong to no version. */
export type Leftover = VersionRef &
  Pick<RenditionVersion, 'storageKeys'> &
  Partial<Pick<RenditionVersion, 'kind' | 'job' | 'dueAt'>>;

/** Records objects that belong to no version as a retired version, for removal, within the caller's transaction. */
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
