import { open, type FileHandle } from 'node:fs/promises';
import { imageSize } from 'image-size';
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
 * Reads size and format from an image's header; undefined if the file is not an image known to OSS.
 * @throws OssRefusal CallbackFailed if the object has meanwhile disappeared
 */
export async function readImageInfo(path: string): Promise<ImageInfo | undefined> {
  const file = await openObject(path);
  try {
    const head = Buffer.alloc(headBytes);
    const { bytesRead } = await file.read(head, 0, headBytes, 0);
    return detect(head.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

async function openObject(path: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw callbackFailed('Get image info failed.', '0007-00000302');
    throw error;
  }
}

function detect(head: Buffer): ImageInfo | undefined {
  try {
    const { width, height, type } = imageSize(head);
    const format = formats[type ?? ''];
    return format && width > 0 && height > 0 ? { width, height, format } : undefined;
  } catch {
    // The detector throws for anything that is not an image.
    return undefined;
  }
}
