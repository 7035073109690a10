import { imageSize } from 'image-size';
import type { OpenedBytes } from '../store/bucket-objects.js';

/** Enough for the header of any image, even after large metadata. */
const headBytes = 1024 * 1024;

/** Formats that OSS treats as images, by the detector's names. */
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

/** Reads size and format from an image's header; undefined if it is not an image known to OSS. */
export async function readImageHeader(
  bytes: OpenedBytes,
  sizeBytes: number,
): Promise<ImageHeader | undefined> {
  const end = Math.min(headBytes, sizeBytes) - 1;
  return imageHeaderOf(Buffer.concat(await bytes.read({ start: 0, end }).toArray()));
}

/** Reads size and format from the first bytes of a file. */
export function imageHeaderOf(head: Buffer): ImageHeader | undefined {
  try {
    // A separate copy: the detector reads past the end of a view into the rest of its buffer.
    const { width, height, type = '' } = imageSize(new Uint8Array(head));
    const format = type in formats ? formats[type as keyof typeof formats] : undefined;
    return format && width > 0 && height > 0 ? { width, height, format } : undefined;
  } catch {
    // The detector throws for anything that is not an image.
    return undefined;
  }
}
