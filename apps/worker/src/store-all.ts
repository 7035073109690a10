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
    // Added after the wait: the others have added theirs meanwhile.
    const storedBytes = await store.upload(address, { file: join(outDir, path) }, mimeType, signal);
    sizeBytes += storedBytes;
  };
  // A generator ends for all that share it when one of them throws: what failed is not stored any further.
  const waiting = (function* () {
    yield* files;
  })();
  const storeInTurn = async () => {
    for (const file of waiting) await storeOne(file);
  };
  await Promise.all(Array.from({ length: storesAtOnce }, storeInTurn));
  return sizeBytes;
}
