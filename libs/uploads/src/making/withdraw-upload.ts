import type { EntityManager } from '#database';
import type { LandfallError } from '#runtime';
import { Chunk } from '../rows/chunk.entity.js';
import { RenditionVersion } from '../rows/rendition-version.entity.js';
import { StreamKey } from '../rows/stream-key.entity.js';
import { Upload } from '../rows/upload.entity.js';
import { insertRetired } from './storage-keys.js';
import { recordStored, recordUpload } from '../events/record-uploads.js';

/** Time for jobs that have not noticed the deletion yet and may still be storing files. */
const lateStoreMs = 60_000;

/** Where renditions are stored, and how long their signed URLs are valid. */
export interface MadeObjects {
  renditionPrefix: string;
  urlLifetimeMs: number;
}

/**
 * Marks an upload, which the caller's transaction has locked, as deleted.
 * @param reason why, unless a client asked for it. With a reason, the renditions stay until their signed URLs have expired,
 * like any retired version; without, they are removed soon
 */
export async function withdrawUpload(
  manager: EntityManager,
  upload: Upload,
  { renditionPrefix, urlLifetimeMs }: MadeObjects,
  reason?: LandfallError,
): Promise<void> {
  const { id } = upload;
  await recordStored(manager, [upload]);
  await manager.update(
    Upload,
    { id },
    {
      status: 'deleted',
      errorCode: reason?.code ?? null,
      errorMessage: reason?.message ?? null,
      reprocessingSince: null,
      updatedAt: () => 'now()',
    },
  );
  await recordUpload(manager, 'upload.deleted', id);
  for (const table of [RenditionVersion, Chunk, StreamKey]) await manager.delete(table, { uploadId: id });
  // One retired version covers all objects, including unknown ones that a job may be storing now.
  await insertRetired(manager, {
    uploadId: id,
    name: '',
    specHash: '',
    storageKeys: [`${renditionPrefix}${id}/`],
    // The removal adds the lifetime of URLs.
    dueAt: new Date(Date.now() + lateStoreMs - (reason ? 0 : urlLifetimeMs)),
  });
}
