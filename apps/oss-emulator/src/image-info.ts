import { open } from 'node:fs/promises';
import { imageSize } from 'image-size';

/** Enough of a file for the header of any image, past large metadata too. */
const headBytes = 1024 * 1024;

/** Formats that OSS calls images, by the name the detector gives them. */
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

/** Reads size and format from an image's header; undefined when the file is no image that OSS knows. */
export async function readImageInfo(path: string): Promise<ImageInfo | undefined> {
  const file = await open(path);
  try {
    const head = Buffer.alloc(headBytes);
    const { bytesRead } = await file.read(head, 0, headBytes, 0);
    return detect(head.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

function detect(head: Buffer): ImageInfo | undefined {
  try {
    const { width, height, type } = imageSize(head);
    const format = formats[type ?? ''];
    return format ? { width, height, format } : undefined;
  } catch {
    // The detector throws on whatever is no image.
    return undefined;
  }
}
