import type { ExifBlocks, ExifTags } from './exif-tags.js';
import type { IptcTags } from './iptc-tags.js';
import type { XmpTags } from './xmp-tags.js';

const minuteMs = 60_000;
/**
 * A GPS fix may be this old, or a camera's clock this wrong, for the zone to be derived from the
 * two.
 */
const clockErrorMs = 5 * minuteMs;
const zoneStepMs = 30 * minuteMs;

/**
 * Finds when the picture was taken: ISO 8601 in local time, with the zone if any tag reveals it, and with milliseconds
 * if the camera records them. From EXIF (original, then digitised), else XMP, else IPTC, else the UTC of GPS.
 *
 * If EXIF omits the zone, it is derived from the UTC of GPS, provided that the two differ by a multiple of half an
 * hour.
 */
export function findTakenAt({ photo, gps }: ExifBlocks, iptc: IptcTags, xmp: XmpTags): string | null {
  const utc = readGpsTime(gps);
  const local = readExifTime(photo, 'Original') ?? readExifTime(photo, 'Digitized');
  if (local !== null) return /T.*[Z+-]/.test(local) ? local : local + zoneOf(local, utc);
  const others = [
    xmp.get('photoshop:DateCreated'),
    xmp.get('exif:DateTimeOriginal'),
    xmp.get('xmp:CreateDate'),
    iptcTime(iptc),
  ];
  return others.map(readIsoTime).find((time) => time !== null) ?? utc;
}

function readExifTime(photo: ExifTags, which: 'Original' | 'Digitized'): string | null {
  const time = photo.get(which === 'Original' ? 'DateTimeOriginal' : 'CreateDate');
  const match = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)/.exec(typeof time === 'string' ? time : '');
  if (!match) return null;
  const local = `${match[1]}-${match[2]}-${match[3]}T${match[4]}`;
  // Zeros or blanks mean that the clock was not set.
  if (!exists(local)) return null;
  const fraction = /^\d{1,9}$/.exec(String(photo.get(`SubSecTime${which}`) ?? ''))?.[0];
  const zone = [photo.get(`OffsetTime${which}`), photo.get('OffsetTime')].map(readZone).find(Boolean);
  return local + (fraction ? `.${fraction.padEnd(3, '0').slice(0, 3)}` : '') + (zone ?? '');
}

/** `+08:00` as EXIF 2.31 requires; also `+0800` and `Z`, which some cameras write. */
function readZone(value: unknown): string | undefined {
  const match = /^(?:([+-](?:0\d|1[0-4])):?([0-5]\d)|(Z))/.exec(typeof value === 'string' ? value : '');
  return match ? (match[3] ?? `${match[1]}:${match[2]}`) : undefined;
}

/** 'YYYY-MM-DDThh:mm', with or without seconds, their fraction and the zone, as XMP writes it. */
function readIsoTime(value: unknown): string | null {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d)?(\.\d{1,9})?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?$/.exec(
    typeof value === 'string' ? value : '',
  );
  const [, minutes, seconds = ':00', fraction = '', zone = ''] = match ?? [];
  if (!match || !exists(`${minutes}${seconds}`)) return null;
  return `${minutes}${seconds}${fraction ? fraction.padEnd(4, '0').slice(0, 4) : ''}${zone}`;
}

/** IPTC writes 'YYYYMMDD' and 'hhmmss±hhmm'. */
function iptcTime(iptc: IptcTags): string {
  const [date = ''] = iptc.get('DateCreated') ?? [];
  const [time = ''] = iptc.get('TimeCreated') ?? [];
  const zone = time.slice(6).replace(/^([+-]\d\d)(\d\d)$/, '$1:$2');
  return `${date.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3')}T${time.slice(0, 6).replace(/^(\d\d)(\d\d)(\d\d)$/, '$1:$2:$3')}${zone}`;
}

/** GPS records UTC: the date as text, the time as three numbers. */
function readGpsTime(gps: ExifTags): string | null {
  const date = /^(\d{4}):(\d\d):(\d\d)$/.exec(String(gps.get('GPSDateStamp') ?? ''));
  const time = gps.get('GPSTimeStamp');
  if (!date || !Array.isArray(time) || time.length !== 3) return null;
  const [hours, minutes, seconds] = time.map((part) => String(Math.floor(part)).padStart(2, '0'));
  const utc = `${date[1]}-${date[2]}-${date[3]}T${hours}:${minutes}:${seconds}`;
  return exists(utc) ? `${utc}Z` : null;
}

function zoneOf(local: string, utc: string | null): string {
  if (utc === null) return '';
  const differenceMs = Date.parse(`${local}Z`) - Date.parse(utc);
  const zoneMs = Math.round(differenceMs / zoneStepMs) * zoneStepMs;
  if (Math.abs(differenceMs - zoneMs) > clockErrorMs || Math.abs(zoneMs) > 14 * 60 * minuteMs) return '';
  const minutes = Math.abs(zoneMs) / minuteMs;
  const two = (value: number) => String(value).padStart(2, '0');
  return `${zoneMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Whether the date and the time are valid. */
function exists(local: string): boolean {
  const instant = new Date(`${local}Z`);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(local);
}
