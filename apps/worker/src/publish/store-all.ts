import type { ObjectStore } from '#storage';
import type { MadeFile } from '#media';
import { join } from 'node:path';

/** A stream is hundreds of small files: a few at a time keep the connection busy. */
const storesAtOnce = 4;

/**
 * Stores files of a folder under their own paths below `base`; returns how many bytes they have. The first failure ends it:
 * when it rejects, nothing is being sent any more.
 */
export async function storeAll(
  store: ObjectStore,
  { bucket, base, outDir }: { bucket: string; base: string; outDir: string },
  files: readonly MadeFile[],
  signal: AbortSignal,
): Promise<number> {
  let sizeBytes = 0;
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);
  const storeOne = async ({ path, mimeType }: MadeFile) => {
    const address = { bucket, objectKey: `${base}/${path}` };
    // Added after the wait: the others have added theirs meanwhile.
    const storedBytes = await store.upload(address, { file: join(outDir, path) }, mimeType, either);
    sizeBytes += storedBytes;
  };
  // They share one generator: each takes the next file that waits, and none does when one has thrown.
  const waiting = (function* () {
    yield* files;
  })();
  const storeInTurn = async () => {
    try {
      for (const file of waiting) await storeOne(file);
    } catch (error) {
      failure.abort(error);
    }
  };
  await Promise.all(Array.from({ length: storesAtOnce }, storeInTurn));
  either.throwIfAborted();
  return sizeBytes;
}
