import type { EntityManager } from '#database';
import type { LandfallError } from '#runtime';
import { Chunk } from '../rows/chunk.entity.js';
import { RenditionVersion } from '../rows/rendition-version.entity.js';
import { StreamKey } from '../rows/stream-key.entity.js';
import { Upload } from '../rows/upload.entity.js';
import { insertRetired } from './storage-keys.js';
import { recordStored, recordUpload } from '../events/record-uploads.js';

/** A job that has not heard of the end yet may still have a file on its way to the store. */
const lateStoreMs = 60_000;

/** Where everything lies that is made, and how long a URL for it holds. */
export interface MadeObjects {
  renditionPrefix: string;
  urlLifetimeMs: number;
}

/**
 * Deletes an upload that the caller's transaction has locked.
 * @param reason why, if nobody asked for it: then what was made stays until URLs given out for it have ended, as of any version
 * that is retired; else it goes soon
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
  // One that is retired stands for all, known and unknown: a job may be storing one now.
  await insertRetired(manager, {
    uploadId: id,
    name: '',
    specHash: '',
    storageKeys: [`${renditionPrefix}${id}/`],
    // The life of URLs comes on top of it.
    dueAt: new Date(Date.now() + lateStoreMs - (reason ? 0 : urlLifetimeMs)),
  });
}
