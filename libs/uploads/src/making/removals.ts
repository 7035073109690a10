import { toLandfallError, type Logger } from '#runtime';
import { type DataSource, type EntityManager, LessThanOrEqual } from '#database';
import { RenditionVersion } from '../rows/rendition-version.entity.js';
import { Upload } from '../rows/upload.entity.js';

const pageSize = 100;

/** Removes one object, or all below a key that ends with a slash. Idempotent. */
export type RemoveObjects = (address: { bucket: string; objectKey: string }) => Promise<void>;

/**
 * Removes the objects of failed and retired versions once they are due, one version at a time. Objects and row are removed in
 * one transaction that locks the upload, so they cannot be wanted again meanwhile; if the process dies, another repeats it.
 * Failed removals are retried after `urlLifetimeMs`. Safe to run in any number of workers.
 * @returns the number of versions whose objects were removed
 */
export async function removeRetired(
  source: DataSource,
  remove: RemoveObjects,
  urlLifetimeMs: number,
  { signal, logger }: { signal: AbortSignal; logger: Logger },
): Promise<number> {
  let removed = 0;
  while (!signal.aborted) {
    const page = await source.getRepository(RenditionVersion).find({
      where: { dueAt: LessThanOrEqual(new Date(Date.now() - urlLifetimeMs)) },
      order: { dueAt: 'ASC' },
      take: pageSize,
    });
    for (const version of page) {
      if (signal.aborted) break;
      try {
        if (await removeOne(source, version, remove)) removed += 1;
      } catch (error) {
        if (signal.aborted) break;
        const { code } = toLandfallError(error);
        const { uploadId, name } = version;
        logger.warn(
          { err: error, code, uploadId, name },
          'cannot remove the objects of a retired version; trying again later',
        );
        await postpone(source.manager, version.id);
      }
    }
    if (page.length < pageSize) break;
  }
  return removed;
}

async function postpone(manager: EntityManager, id: string): Promise<void> {
  await manager.update(RenditionVersion, { id }, { dueAt: new Date() });
}

async function removeOne(
  source: DataSource,
  { id, uploadId }: RenditionVersion,
  remove: RemoveObjects,
): Promise<boolean> {
  return source.transaction(async (manager) => {
    // Removing thousands of objects may take long between two statements.
    await manager.query(`SET LOCAL idle_in_transaction_session_timeout = '10min'`);
    const upload = await manager.findOne(Upload, {
      where: { id: uploadId },
      select: { id: true, bucket: true },
      lock: { mode: 'pessimistic_write' },
    });
    const version = await manager.findOneBy(RenditionVersion, { id });
    if (!upload || !version || version.dueAt === null) return false;
    // A pending version with the same spec stores under the same keys.
    if (await manager.existsBy(RenditionVersion, { ...sameSpec(version), status: 'pending' })) {
      await postpone(manager, id);
      return false;
    }
    const keys = await unserved(manager, version);
    if (version.status === 'retired') await manager.delete(RenditionVersion, { id });
    else await manager.update(RenditionVersion, { id }, { dueAt: null, storageKeys: [] });
    for (const objectKey of keys) await remove({ bucket: upload.bucket, objectKey });
    return keys.length > 0;
  });
}

const sameSpec = ({ uploadId, name, specHash }: RenditionVersion) => ({ uploadId, name, specHash });

/** Keys that no ready version serves: identical renditions share one object, which is removed with the last of them. */
async function unserved(
  manager: EntityManager,
  { uploadId, storageKeys }: RenditionVersion,
): Promise<string[]> {
  const served = await manager.find(RenditionVersion, {
    where: { uploadId, status: 'ready' },
    select: { objectKey: true },
  });
  const isServed = (key: string) =>
    served.some(({ objectKey }) => objectKey === key || (key.endsWith('/') && objectKey?.startsWith(key)));
  return storageKeys.filter((key) => !isServed(key));
}
