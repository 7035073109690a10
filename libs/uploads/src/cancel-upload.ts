import { LandfallError, newId } from '#runtime';
import type { DataSource } from 'typeorm';
import { Chunk } from './chunk.entity.js';
import { Removal } from './removal.entity.js';
import { endRenditions } from './rendition-states.js';
import { Rendition } from './rendition.entity.js';
import { StreamKey } from './stream-key.entity.js';
import { lockUpload } from './upload-states.js';
import { Upload } from './upload.entity.js';

/** A job that has not heard of the end yet may still have a file on its way to the store. */
const lateStoreMs = 60_000;

/**
 * Calls off what is still to be made of an upload: it ends as failed with `rendition.cancelled`; what is ready stays. Of an
 * upload that is finished nothing changes. The jobs that run see it within a second and stop.
 * @throws LandfallError upload.not_found
 */
export async function cancelUpload(source: DataSource, id: string): Promise<void> {
  const cancelled = await source.transaction(async (manager) => {
    const upload = await lockUpload(manager, id);
    if (upload) await endRenditions(manager, id, new LandfallError('rendition.cancelled'));
    return upload !== null;
  });
  if (!cancelled && !(await source.getRepository(Upload).existsBy({ id })))
    throw new LandfallError('upload.not_found', id);
}

/** Where everything lies that is made, and how long a URL for it holds. */
export interface MadeObjects {
  renditionPrefix: string;
  urlLifetimeMs: number;
}

/**
 * Marks an upload as deleted and has everything removed that was made of it: soon, so that URLs given out for it end early.
 * The original stays: it is its owner's. The row stays too, so that a repeated callback of the same object version does not
 * begin anew. Doing it again changes nothing.
 * @throws LandfallError upload.not_found
 */
export async function deleteUpload(
  source: DataSource,
  id: string,
  { renditionPrefix, urlLifetimeMs }: MadeObjects,
): Promise<void> {
  await source.transaction(async (manager) => {
    const upload = await manager.findOne(Upload, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!upload) throw new LandfallError('upload.not_found', id);
    if (upload.status === 'deleted') return;
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
    for (const table of [Rendition, Chunk, StreamKey]) await manager.delete(table, { uploadId: id });
    await manager.insert(Removal, {
      id: newId(),
      uploadId: id,
      name: '',
      specHash: '',
      bucket: upload.bucket,
      objectKey: `${renditionPrefix}${id}/`,
      // The life of URLs comes on top of it.
      dueAt: new Date(Date.now() + lateStoreMs - urlLifetimeMs),
    });
  });
}
