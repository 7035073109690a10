import { LandfallError } from '#runtime';
import type { Upload } from '#uploads';
import type { Workbench } from './workbench.js';

/**
 * Asks OSS itself for the object before anything is processed: it exists, with the ETag and size of the callback.
 * @throws LandfallError object.missing, object.changed, object.size_mismatch, object.empty, object.too_large
 */
export async function checkObject(
  { store, limits }: Workbench,
  upload: Upload,
  signal: AbortSignal,
): Promise<void> {
  const head = await store.head(upload, signal);
  if (head.etag !== upload.etag) {
    throw new LandfallError('object.changed', `its ETag is ${head.etag}, the callback said ${upload.etag}`);
  }
  const sizeBytes = Number(upload.sizeBytes);
  if (head.sizeBytes !== sizeBytes) {
    throw new LandfallError(
      'object.size_mismatch',
      `it has ${head.sizeBytes} bytes, the callback said ${sizeBytes}`,
    );
  }
  if (sizeBytes === 0) throw new LandfallError('object.empty', upload.objectKey);
  if (sizeBytes > limits.objectMaxBytes) {
    throw new LandfallError(
      'object.too_large',
      `${sizeBytes} bytes; MEDIA_MAX_BYTES is ${limits.objectMaxBytes}`,
    );
  }
}
