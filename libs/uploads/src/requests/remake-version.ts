import type { DataSource } from '#database';
import { planAgain, type ReplanRules, replanUpload } from '../making/plan-again.js';
import { retireVersion } from '../making/storage-keys.js';
import { traceAgain } from '../making/trace-again.js';
import { RenditionVersion } from '../rows/rendition-version.entity.js';
import { Upload } from '../rows/upload.entity.js';

/**
 * Makes a served version again whose object is gone from the store. Does nothing if it is no longer served.
 * @returns whether it is made again; false if the pipelines file no longer plans it
 */
export async function remakeVersion(
  source: DataSource,
  versionId: string,
  { pipelines, sweepAfterMs }: ReplanRules,
): Promise<boolean> {
  const found = await source.getRepository(RenditionVersion).findOneBy({ id: versionId });
  if (!found) return false;
  return source.transaction(async (manager) => {
    const upload = await manager.findOne(Upload, {
      where: { id: found.uploadId },
      lock: { mode: 'pessimistic_write' },
    });
    const version = await manager.findOneBy(RenditionVersion, { id: versionId, status: 'ready' });
    if (!upload || upload.status === 'deleted' || !version) return false;
    return traceAgain('remake', upload, async () => {
      await retireVersion(manager, version);
      const plan = await planAgain(manager, pipelines, upload);
      return (await replanUpload(manager, upload, { plan, names: [version.name], sweepAfterMs })) > 0;
    });
  });
}
