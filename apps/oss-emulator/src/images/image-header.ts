import type { FileHandle } from 'node:fs/promises';
import { imageSize } from 'image-size';

/** Enough bytes for the header of any image, even after large metadata. */
const headBytes = 1024 * 1024;

/** Formats that OSS treats as images, by the detector's name for them. */
const formats = {
  jpg: 'jpg',
  png: 'png',
  bmp: 'bmp',
  gif: 'gif',
  webp: 'webp',
  tiff: 'tiff',
  heic: 'heic',
  heif: 'heic',
} as const;

export interface ImageHeader {
  readonly width: number;
  readonly height: number;
  readonly format: (typeof formats)[keyof typeof formats];
}

/** Reads size and format from an image's header; undefined if the file is not an image known to OSS. */
export async function readImageHeader(file: FileHandle): Promise<ImageHeader | undefined> {
  const head = Buffer.alloc(headBytes);
  const { bytesRead } = await file.read(head, 0, headBytes, 0);
  return detect(head.subarray(0, bytesRead));
}

function detect(head: Buffer): ImageHeader | undefined {
  try {
    const { width, height, type = '' } = imageSize(head);
    const format = type in formats ? formats[type as keyof typeof formats] : undefined;
    return format && width > 0 && height > 0 ? { width, height, format } : undefined;
  } catch {
    // The detector throws for anything that is not an image.
    return undefined;
  }
}
