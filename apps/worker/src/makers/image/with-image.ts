import { type ImageSource, openImageFile } from '#image';
import type { JobContext } from '#jobs';
import type { ConfirmedUpload } from '#uploads';
import { join } from 'node:path';
import { inMemoryMaxBytes, type FetchedObject } from '../../objects/fetch-object.js';
import type { ImageAtHand } from '../base/making.js';
import type { WorkerContext } from '../../worker-context.js';

/**
 * Opens an image and runs `work` on it. Unless `bytes` are given, the image is downloaded: a small one into memory, a large
 * one into the scratch folder.
 */
export async function withImage(
  worker: WorkerContext,
  { upload, bytes }: FetchedObject,
  { signal }: JobContext,
  work: (image: ImageAtHand) => Promise<void>,
): Promise<void> {
  await worker.scratch.withFolder(async (folder) => {
    const original = bytes ?? (await fetchOriginal(worker, upload, folder, signal));
    const opened = await openImageFile(original, folder, worker.limits.image, signal);
    await work({ ...opened, folder });
  });
}

async function fetchOriginal(
  { store }: WorkerContext,
  upload: ConfirmedUpload,
  folder: string,
  signal: AbortSignal,
): Promise<ImageSource> {
  if (Number(upload.sizeBytes) <= inMemoryMaxBytes)
    return store.read(upload, { etag: upload.etag, sizeBytes: Number(upload.sizeBytes) }, signal);
  const file = join(folder, 'original');
  await store.download(upload, upload.etag, file, signal);
  return file;
}
