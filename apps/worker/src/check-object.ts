import { LandfallError } from '#runtime';
import { completeUpload, hasEtag, type Upload } from '#uploads';
import type { Workbench } from './workbench.js';

/**
 * Asks OSS itself for the object before anything is processed: it exists, with the ETag and size of the callback. What
 * the callback's template left out is completed.
 * @throws LandfallError object.missing, object.changed, object.size_mismatch, object.empty, object.too_large, upload.duplicate
 */
export async function checkObject(
  { source, store, limits }: Workbench,
  upload: Upload,
  signal: AbortSignal,
): Promise<Upload> {
  const head = await store.head(upload, signal);
  if (hasEtag(upload) && head.etag !== upload.etag) {
    throw new LandfallError('object.changed', `its ETag is ${head.etag}, the callback said ${upload.etag}`);
  }
  if (upload.sizeBytes !== null && head.sizeBytes !== Number(upload.sizeBytes)) {
    throw new LandfallError(
      'object.size_mismatch',
      `it has ${head.sizeBytes} bytes, the callback said ${upload.sizeBytes}`,
    );
  }
  if (head.sizeBytes === 0) throw new LandfallError('object.empty', upload.objectKey);
  if (head.sizeBytes > limits.objectMaxBytes) {
    throw new LandfallError(
      'object.too_large',
      `${head.sizeBytes} bytes; MEDIA_MAX_BYTES is ${limits.objectMaxBytes}`,
    );
  }
  const complete = hasEtag(upload) && upload.sizeBytes !== null && upload.mimeType !== null;
  return complete ? upload : completeUpload(source, upload, head);
}

/** Consoles and SDKs of OSS show folders by empty objects whose key ends with a slash. */
export function isFolderMarker({ objectKey, sizeBytes }: Pick<Upload, 'objectKey' | 'sizeBytes'>): boolean {
  return objectKey.endsWith('/') && sizeBytes === '0';
}
