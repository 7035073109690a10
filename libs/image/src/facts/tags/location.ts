import type { ExifTags } from './exif-tags.js';
import type { XmpTags } from './xmp-tags.js';

/** Where the picture was taken. */
export interface Location {
  /** Degrees, WGS 84; south and west are negative. */
  latitude: number;
  longitude: number;
  /** Metres above sea level; negative below. */
  altitudeM: number | null;
  /** Direction of the camera: degrees clockwise from north. */
  directionDeg: number | null;
}

/** Finds the location in EXIF, else in XMP. Null if neither has both coordinates, or if the receiver had no fix. */
export function findLocation(gps: ExifTags, xmp: XmpTags): Location | null {
  if (gps.get('GPSStatus') === 'V') return null;
  const latitude =
    fromDegrees(gps.get('GPSLatitude'), gps.get('GPSLatitudeRef'), 'S') ??
    fromXmp(xmp.get('exif:GPSLatitude'));
  const longitude =
    fromDegrees(gps.get('GPSLongitude'), gps.get('GPSLongitudeRef'), 'W') ??
    fromXmp(xmp.get('exif:GPSLongitude'));
  if (latitude === null || longitude === null) return null;
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return null;
  const altitude = gps.get('GPSAltitude');
  // 0 and 2 mean above sea level or the ellipsoid, 1 and 3 below.
  const below = [1, 3].includes(Number(gps.get('GPSAltitudeRef') ?? 0));
  const direction = gps.get('GPSImgDirection');
  return {
    latitude,
    longitude,
    altitudeM: typeof altitude === 'number' ? round(below ? -altitude : altitude, 2) : null,
    directionDeg: typeof direction === 'number' && direction <= 360 ? round(direction, 2) : null,
  };
}

/** Converts degrees, minutes and seconds to signed degrees. */
function fromDegrees(value: unknown, reference: unknown, negative: 'S' | 'W'): number | null {
  if (!Array.isArray(value) || value.length !== 3) return null;
  const [degrees, minutes, seconds] = value.map(Number);
  const sum = (degrees ?? NaN) + (minutes ?? NaN) / 60 + (seconds ?? NaN) / 3600;
  return Number.isFinite(sum) ? round(reference === negative ? -sum : sum, 7) : null;
}

/** 'DDD,MM.mmk' or 'DDD,MM,SSk', where k is N, S, E or W. */
function fromXmp(value: unknown): number | null {
  const match = /^(\d{1,3}),(\d{1,2}(?:\.\d{1,10})?)(?:,(\d{1,2}(?:\.\d{1,10})?))?([NSEW])$/.exec(
    typeof value === 'string' ? value : '',
  );
  const [, degrees, minutes, seconds = '0', side] = match ?? [];
  if (!match) return null;
  const reference = side === 'S' || side === 'N' ? 'S' : 'W';
  return fromDegrees([degrees, minutes, seconds], side, reference);
}

const round = (value: number, digits: number) => Number(value.toFixed(digits));
