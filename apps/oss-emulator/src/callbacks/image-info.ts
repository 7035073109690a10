import { imageSize } from 'image-size';
import type { Bucket } from '../store/buckets.js';
import type { StoredObject } from '../store/stored-object.js';
import { callbackFailed } from './answer.js';

/** Enough bytes for the header of any image, even after large metadata. */
const headBytes = 1024 * 1024;

/** Formats that OSS treats as images, by the detector's name for them. */
const formats: Readonly<Record<string, string>> = {
  jpg: 'jpg',
  png: 'png',
  bmp: 'bmp',
  gif: 'gif',
  webp: 'webp',
  tiff: 'tiff',
  heic: 'heic',
  heif: 'heic',
};

export interface ImageInfo {
  readonly width: number;
  readonly height: number;
  readonly format: string;
}

/**
 * Reads size and format from an image's header; undefined if the object is not an image known to OSS.
 * @throws OssRefusal CallbackFailed if the object has meanwhile disappeared
 */
export async function readImageInfo(
  objects: Bucket['objects'],
  object: StoredObject,
): Promise<ImageInfo | undefined> {
  const bytes = objects.open(object);
  if (!bytes) throw callbackFailed('Get image info failed.', '0007-00000302');
  try {
    const end = Math.min(headBytes, object.sizeBytes) - 1;
    return imageInfoOf(Buffer.concat(await bytes.read({ start: 0, end }).toArray()));
  } finally {
    await bytes.close();
  }
}

/** Of the first bytes of a file. */
export function imageInfoOf(head: Buffer): ImageInfo | undefined {
  try {
    const { width, height, type } = imageSize(head);
    const format = formats[type ?? ''];
    return format && width > 0 && height > 0 ? { width, height, format } : undefined;
  } catch {
    // The detector throws for anything that is not an image.
    return undefined;
  }
}
