import { LandfallError } from '#runtime';
import type { DataSource, EntityManager } from '#database';
import { Chunk } from '../rows/chunk.entity.js';
import { lockOpenUpload } from '../making/open-uploads.js';
import { insertRetired } from '../making/storage-keys.js';
import { endVersions } from '../making/versions.js';
import { RenditionVersion } from '../rows/rendition-version.entity.js';
import { lockStanding } from '../landing/standing-upload.js';
import { StreamKey } from '../rows/stream-key.entity.js';
import { Upload } from '../rows/upload.entity.js';

/** A job that has not heard of the end yet may still have a file on its way to the store. */
const lateStoreMs = 60_000;

/**
 * Calls off what is still to be made of an upload: it ends as failed with `rendition.cancelled`; what is ready stays. Of an
 * upload that is finished nothing changes. The jobs that run see it within a second and stop.
 * @throws LandfallError upload.not_found
 */
export async function cancelUpload(source: DataSource, id: string): Promise<void> {
  await source.transaction(async (manager) => {
    const { id: standingId } = await lockStanding(manager, id);
    if (await lockOpenUpload(manager, standingId))
      await endVersions(manager, standingId, new LandfallError('rendition.cancelled'));
  });
}

/** Where everything lies that is made, and how long a URL for it holds. */
export interface MadeObjects {
  renditionPrefix: string;
  urlLifetimeMs: number;
}

/**
 * Marks an upload as deleted and has everything removed that was made of it: soon, so that URLs given out for it end early.
 * The original stays: it is its owner's. The same bytes uploaded again are another upload. Doing it again changes nothing.
 * @throws LandfallError upload.not_found
 */
export async function deleteUpload(source: DataSource, id: string, made: MadeObjects): Promise<void> {
  await source.transaction(async (manager) => {
    const upload = await lockStanding(manager, id);
    if (upload.status !== 'deleted') await withdrawUpload(manager, upload, made);
  });
}

/** Deletes an upload that the caller's transaction has locked. */
export async function withdrawUpload(
  manager: EntityManager,
  { id }: Upload,
  { renditionPrefix, urlLifetimeMs }: MadeObjects,
): Promise<void> {
  await manager.update(
    Upload,
    { id },
    {
      status: 'deleted',
      errorCode: null,
      errorMessage: null,
      reprocessingSince: null,
      updatedAt: () => 'now()',
    },
  );
  for (const table of [RenditionVersion, Chunk, StreamKey]) await manager.delete(table, { uploadId: id });
  // One that is retired stands for all, known and unknown: a job may be storing one now.
  await insertRetired(manager, {
    uploadId: id,
    name: '',
    specHash: '',
    storageKeys: [`${renditionPrefix}${id}/`],
    // The life of URLs comes on top of it.
    dueAt: new Date(Date.now() + lateStoreMs - urlLifetimeMs),
  });
}
