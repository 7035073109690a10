import exifr from 'exifr';

export interface Camera {
  make: string | null;
  model: string | null;
  lens: string | null;
}

export interface CameraFacts {
  camera: Camera | null;
  /** ISO 8601 local time; with its offset when EXIF tells it. */
  takenAt: string | null;
}

const nothing: CameraFacts = { camera: null, takenAt: null };
/** JPEG holds at most 64 KiB of EXIF; a larger block carries previews and is not worth the time. */
const maxExifBytes = 262_144;
const maxTextLength = 200;
const tags = [
  'Make',
  'Model',
  'LensModel',
  'DateTimeOriginal',
  'CreateDate',
  'OffsetTimeOriginal',
  'OffsetTimeDigitized',
];

/**
 * Reads camera and time from an EXIF block as sharp hands it over. Never fails: EXIF is what any program along the way
 * left there, often broken, and the picture is whole without it. Nothing is logged either, since nobody could act on it.
 */
export async function readCameraFacts(exif: Buffer | undefined): Promise<CameraFacts> {
  if (!exif || exif.length > maxExifBytes) return nothing;
  const tiff = exif.subarray(0, 6).toString('latin1') === 'Exif\0\0' ? exif.subarray(6) : exif;
  const options = { pick: tags, reviveValues: false, translateValues: false, gps: false, ifd1: false };
  // oxlint-disable-next-line import/no-named-as-default-member -- a CommonJS module: no named import at run time
  const found: Record<string, unknown> | undefined = await exifr.parse(tiff, options).catch(() => undefined);
  if (!found) return nothing;
  const camera = { make: text(found['Make']), model: text(found['Model']), lens: text(found['LensModel']) };
  return {
    camera: camera.make || camera.model || camera.lens ? camera : null,
    takenAt:
      toLocalTime(found['DateTimeOriginal'], found['OffsetTimeOriginal']) ??
      toLocalTime(found['CreateDate'], found['OffsetTimeDigitized']),
  };
}

/** Printable text of a bounded length, or null. */
function text(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  return (
    value
      .replaceAll(/\p{Cc}+/gu, ' ')
      .trim()
      .slice(0, maxTextLength) || null
  );
}

/** EXIF writes '2024:05:06 07:08:09', and zeros or blanks when the clock was not set. */
function toLocalTime(value: unknown, offset: unknown): string | null {
  const match = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)/.exec(typeof value === 'string' ? value : '');
  if (!match) return null;
  const local = `${match[1]}-${match[2]}-${match[3]}T${match[4]}`;
  const instant = new Date(`${local}Z`);
  const exists = !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(local);
  if (!exists) return null;
  const zone = typeof offset === 'string' ? /^[+-](0\d|1[0-4]):[0-5]\d/.exec(offset)?.[0] : undefined;
  return local + (zone ?? '');
}
