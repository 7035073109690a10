import { open, type FileHandle } from 'node:fs/promises';
import { readImageHeader, type ImageHeader } from '../images/image-header.js';
import { callbackFailed } from './answer.js';

/**
 * Reads what `imageInfo` tells of an image; undefined if the file is not an image known to OSS.
 * @throws OssRefusal CallbackFailed if the object has meanwhile disappeared
 */
export async function readImageInfo(path: string): Promise<ImageHeader | undefined> {
  const file = await openObject(path);
  try {
    return await readImageHeader(file);
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
