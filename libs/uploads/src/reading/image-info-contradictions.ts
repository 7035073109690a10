import type { ImageInfo } from '#media';
import type { Upload } from '../rows/upload.entity.js';

/** Where what OSS told of an image is not what its bytes say. */
export interface Contradiction {
  field: keyof ImageInfo;
  /** As OSS told it with the callback. */
  imageInfo: string | number;
  /** As Landfall read it from the bytes; sizes in the order in which OSS would tell them. */
  found: string | number;
}

/** The names that OSS gives formats, by ours, where they differ. */
const sameFormat: Readonly<Record<string, string>> = { jpg: 'jpeg', tif: 'tiff', heif: 'heic' };

/** Formats that hold the turn of a picture in their own structure, which not every reader looks at. */
const turnedWithin = new Set(['heic', 'avif']);

/**
 * Compares `imageInfo` with the facts; empty when they agree or one of them is missing. OSS tells width and height as the
 * pixels are stored, before the orientation that EXIF asks for, and of some formats after it: both are right.
 */
export function findContradictions({
  imageInfo,
  metadata,
}: Pick<Upload, 'imageInfo' | 'metadata'>): Contradiction[] {
  const { width, height, orientation = 1, format } = metadata as Partial<Found>;
  if (!imageInfo || width === undefined || height === undefined || format === undefined) return [];
  const reportedUpright = imageInfo.width === width && imageInfo.height === height;
  const reportedTurned = imageInfo.width === height && imageInfo.height === width;
  const isTurned = orientation >= 5 ? !reportedUpright : turnedWithin.has(format) && reportedTurned;
  const found: Record<keyof ImageInfo, string | number> = {
    width: isTurned ? height : width,
    height: isTurned ? width : height,
    format,
  };
  return (['width', 'height', 'format'] as const).flatMap((field) => {
    const reported = imageInfo[field];
    return reported === null || nameOf(reported) === nameOf(found[field])
      ? []
      : [{ field, imageInfo: reported, found: found[field] }];
  });
}

interface Found {
  width: number;
  height: number;
  orientation: number;
  format: string;
}

function nameOf(value: string | number): string | number {
  if (typeof value === 'number') return value;
  const name = value.toLowerCase();
  return sameFormat[name] ?? name;
}
