import type { ObjectStore } from '#storage';
import type { MadeFile } from '#media';
import { join } from 'node:path';

/** Concurrent uploads: a stream has hundreds of small files, and a few at a time keep the connection busy. */
const storesAtOnce = 4;

/**
 * Stores files of `outDir` under their relative paths below `base`. The first failure aborts the rest; once this rejects,
 * nothing is in flight.
 * @returns the total size in bytes
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
    // Not `sizeBytes += await …`, which reads the sum before the wait and loses concurrent additions.
    const storedBytes = await store.upload(address, { file: join(outDir, path) }, mimeType, either);
    sizeBytes += storedBytes;
  };
  // All loops share one generator: each takes the next file, and a throw in one closes it for all.
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
