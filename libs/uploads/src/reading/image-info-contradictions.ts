import type { ImageInfo } from '#media';
import type { Upload } from '../rows/upload.entity.js';

/** A field of an image in which OSS's report differs from its bytes. */
export interface Contradiction {
  field: keyof ImageInfo;
  /** As reported by OSS with the callback. */
  imageInfo: string | number;
  /** As read from the bytes; width and height are in the orientation that OSS would report. */
  found: string | number;
}

/** OSS's names of formats, mapped to ours, where they differ. */
const sameFormat: Readonly<Record<string, string>> = { jpg: 'jpeg', tif: 'tiff', heif: 'heic' };

/** Formats that store the rotation in their container, which not every reader applies. */
const turnedWithin = new Set(['heic', 'avif']);

/**
 * Compares `imageInfo` with the facts; empty if they agree or either is missing. OSS reports width and height as stored,
 * before the EXIF orientation is applied, but for some formats after it; both are accepted.
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
