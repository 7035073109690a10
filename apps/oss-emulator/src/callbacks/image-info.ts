import { readImageHeader, type ImageHeader } from '../images/image-header.js';
import type { Bucket } from '../store/buckets.js';
import type { StoredObject } from '../store/stored-object.js';
import { callbackFailed } from './answer.js';

/**
 * Reads the image facts behind the `imageInfo` variables.
 * @returns undefined if the object is not in an image format known to OSS
 * @throws OssRefusal CallbackFailed if the object has disappeared meanwhile
 */
export async function readImageInfo(
  objects: Bucket['objects'],
  object: StoredObject,
): Promise<ImageHeader | undefined> {
  const bytes = objects.open(object);
  if (!bytes) throw callbackFailed('Get image info failed.', '0007-00000302');
  try {
    return await readImageHeader(bytes, object.sizeBytes);
  } finally {
    await bytes.close();
  }
}
