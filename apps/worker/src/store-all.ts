import type { ObjectStore } from '#storage';
import type { MadeFile } from '#video';
import { join } from 'node:path';

/** A stream is hundreds of small files: a few at a time keep the connection busy. */
const storesAtOnce = 4;

/** Stores files of a folder under their own paths below `base`; returns how many bytes they have. */
export async function storeAll(
  store: ObjectStore,
  { bucket, base, outDir }: { bucket: string; base: string; outDir: string },
  files: readonly MadeFile[],
  signal: AbortSignal,
): Promise<number> {
  let sizeBytes = 0;
  const storeOne = async ({ path, mimeType }: MadeFile) => {
    const address = { bucket, objectKey: `${base}/${path}` };
    sizeBytes += await store.upload(address, { file: join(outDir, path) }, mimeType, signal);
  };
  for (let next = 0; next < files.length; next += storesAtOnce) {
    await Promise.all(files.slice(next, next + storesAtOnce).map(storeOne));
  }
  return sizeBytes;
}
