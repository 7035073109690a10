import { toLandfallError, newId, type Logger } from '#runtime';
import type { DataSource, EntityManager } from '#database';
import { Removal } from '../rows/removal.entity.js';
import { Rendition } from '../rows/rendition.entity.js';
import { lockUpload } from './upload-states.js';
import { Upload } from '../rows/upload.entity.js';

const pageSize = 100;

/** How much longer than it lasts a stream may be watched: the life of its URLs. */
const watchTimes = 2;

/** What was made of an upload and is not needed any more. */
interface Replaced {
  uploadId: string;
  name: string;
  specHash: string;
  objectKey: string;
  durationMs: number | null;
}

/** Says, within the caller's transaction, that the objects of a rendition are no longer needed. */
export async function queueRemoval(
  manager: EntityManager,
  bucket: string,
  replaced: Replaced,
  dueAt = new Date(Date.now() + (replaced.durationMs ?? 0) * watchTimes),
): Promise<void> {
  const { uploadId, name, specHash } = replaced;
  await manager.insert(Removal, {
    id: newId(),
    uploadId,
    name,
    specHash,
    bucket,
    objectKey: removedKey(replaced),
    dueAt,
  });
}

/** The key of what is one object; of what is several, the key prefix of all. */
function removedKey({
  name,
  specHash,
  objectKey,
}: Pick<Replaced, 'name' | 'specHash' | 'objectKey'>): string {
  const folder = objectKey.lastIndexOf(`/${name}-${specHash}/`);
  return folder < 0 ? objectKey : `${objectKey.slice(0, folder)}/${name}-${specHash}/`;
}

/** No job works for as long as this, with all its tries: what it stored by then and did not publish is of no use. */
const unpublishedMs = 7 * 24 * 3_600_000;

/**
 * Says, before any object of a rendition is stored, that they are to be removed should they never be published; called again
 * it counts from then. Publishing calls it off, so that nothing is left of what was cancelled, failed or killed on the way.
 * @returns false when nobody wants the rendition: nothing may be stored then
 */
export async function reserveObjects(
  source: DataSource,
  uploadId: string,
  { name, specHash, objectKey }: { name: string; specHash: string; objectKey: string },
): Promise<boolean> {
  return source.transaction(async (manager) => {
    const upload = await lockUpload(manager, uploadId);
    const rendition = upload && (await manager.findOneBy(Rendition, { uploadId, name }));
    const isMissing = rendition?.status === 'pending' && rendition.specHash === specHash;
    if (!upload || (!isMissing && rendition?.wanted?.specHash !== specHash)) return false;
    const unpublished = { uploadId, name, specHash, objectKey, durationMs: null };
    await manager.delete(Removal, { uploadId, name, specHash, objectKey: removedKey(unpublished) });
    await queueRemoval(manager, upload.bucket, unpublished, new Date(Date.now() + unpublishedMs));
    return true;
  });
}

/** Says, within the caller's transaction, that what was reserved will not be published. */
export async function expediteRemovals(
  manager: EntityManager,
  uploadId: string,
  unwanted: readonly { name: string; specHash: string }[],
): Promise<void> {
  const dueAt = new Date();
  for (const { name, specHash } of unwanted)
    await manager.update(Removal, { uploadId, name, specHash }, { dueAt });
}

/** Keeps objects that are wanted again, or made again under the same key. */
export async function cancelRemovals(
  manager: EntityManager,
  uploadId: string,
  wanted: readonly { name: string; specHash: string }[],
): Promise<void> {
  for (const { name, specHash } of wanted) await manager.delete(Removal, { uploadId, name, specHash });
}

/** Removes one object, or all below a key that ends with a slash. Removing again what is gone is no failure. */
export type RemoveObjects = (address: { bucket: string; objectKey: string }) => Promise<void>;

/**
 * Removes the objects whose time has come, one removal after the other. Each is removed under the lock of its upload, so
 * that nobody can want it again meanwhile, and forgotten in the transaction that holds the lock: a process that dies in
 * between leaves it to the next. What cannot be removed now is tried again after `urlLifetimeMs`. Any number of workers may.
 * @returns how many
 */
export async function removeReplaced(
  source: DataSource,
  remove: RemoveObjects,
  urlLifetimeMs: number,
  options: { signal: AbortSignal; logger: Logger },
): Promise<number> {
  const { signal, logger } = options;
  let removed = 0;
  while (!signal.aborted) {
    const page = await source
      .createQueryBuilder(Removal, 'removal')
      .where('removal.due_at <= :before', { before: new Date(Date.now() - urlLifetimeMs) })
      .orderBy('removal.due_at')
      .take(pageSize)
      .getMany();
    for (const removal of page) {
      if (signal.aborted) break;
      try {
        if (await removeOne(source, removal, remove)) removed += 1;
      } catch (error) {
        if (signal.aborted) break;
        const { code } = toLandfallError(error);
        logger.warn(
          { err: error, code, objectKey: removal.objectKey },
          'cannot remove what was replaced, trying again later',
        );
        await source.getRepository(Removal).update({ id: removal.id }, { dueAt: new Date() });
      }
    }
    if (page.length < pageSize) break;
  }
  return removed;
}

async function removeOne(
  source: DataSource,
  { id, uploadId, bucket, objectKey }: Removal,
  remove: RemoveObjects,
): Promise<boolean> {
  return source.transaction(async (manager) => {
    await manager
      .createQueryBuilder(Upload, 'upload')
      .select('upload.id')
      .setLock('pessimistic_write')
      .where('upload.id = :uploadId', { uploadId })
      .getOne();
    const { affected } = await manager.delete(Removal, { id });
    if (!affected) return false;
    // Renditions that came out the same share one object: the last one that is replaced takes it along.
    if (await manager.existsBy(Rendition, { uploadId, objectKey })) return false;
    await remove({ bucket, objectKey });
    return true;
  });
}
