import { openImageFile, type OpenedImage } from '#image';
import type { JobContext } from '#jobs';
import type { Upload } from '#uploads';
import { join } from 'node:path';
import type { Workbench } from './workbench.js';

/**
 * Downloads an image into a folder of its own, opens it, and works on it; the folder goes afterwards. The original is a
 * file, however small: decoders map it, guests in threads of their own read it, and it costs no memory while others wait.
 */
export async function withImage(
  bench: Workbench,
  upload: Upload,
  { signal }: JobContext,
  work: (opened: OpenedImage) => Promise<void>,
): Promise<void> {
  await bench.scratch.withFolder(async (folder) => {
    const file = join(folder, 'original');
    await bench.store.download(upload, upload.etag, file, signal);
    await work(await openImageFile(file, folder, bench.limits.image, signal));
  });
}
