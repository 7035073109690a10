import type { ListedObject } from '#storage';
import { invalid, type Manifest } from './manifest.js';

/**
 * Reads a line of an inventory report; null if it is not a current object but an older version or a delete marker.
 * Pure.
 * @throws LandfallError reconcile.inventory_invalid
 */
export function readLine(line: string, { columns, columnCount }: Manifest): ListedObject | null {
  const fields = splitLine(line);
  if (fields.length !== columnCount)
    throw invalid(`${fields.length} columns, but the manifest has ${columnCount}`);
  const cell = (place: number | undefined) => (place === undefined ? undefined : fields[place]);
  if (cell(columns.IsLatest) === 'false' || cell(columns.IsDeleteMarker) === 'true') return null;
  const sizeBytes = Number(fields[columns.Size] || Number.NaN);
  const lastModified = readTime(fields[columns.LastModifiedDate] ?? '');
  const etag = (fields[columns.ETag] ?? '').replaceAll('"', '').toUpperCase();
  if (!Number.isSafeInteger(sizeBytes) || lastModified === null || etag === '')
    throw invalid('no size, time or ETag');
  return { objectKey: decodeKey(fields[columns.Key] ?? ''), etag, sizeBytes, lastModified };
}

/** Splits a CSV line; fields may be quoted, with doubled quotes inside. */
function splitLine(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
  const fields: string[] = [];
  for (let at = 0; at <= line.length;) {
    if (line[at] !== '"') {
      const comma = line.indexOf(',', at);
      const end = comma < 0 ? line.length : comma;
      fields.push(line.slice(at, end));
      at = end + 1;
      continue;
    }
    let end = line.indexOf('"', at + 1);
    while (line[end + 1] === '"') end = line.indexOf('"', end + 2);
    if (end < 0 || (end + 1 < line.length && line[end + 1] !== ',')) throw invalid('a quote is not closed');
    fields.push(line.slice(at + 1, end).replaceAll('""', '"'));
    at = end + 2;
  }
  return fields;
}

/** Decodes a URL-encoded key. A plus is a space as in forms, because a literal plus is encoded. */
function decodeKey(text: string): string {
  try {
    const key = decodeURIComponent(text.replaceAll('+', ' '));
    if (key !== '') return key;
  } catch (cause) {
    throw invalid('the key is not URL-encoded', cause);
  }
  throw invalid('the key is empty');
}

/** OSS does not document the format: accepts ISO 8601, also with hyphens in the time as in report names, and Unix seconds. */
function readTime(text: string): Date | null {
  if (/^\d{9,11}$/.test(text)) return new Date(Number(text) * 1_000);
  const [, day, hour, minute, second = '00', rest = ''] =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d)[:-](\d\d)(?:[:-](\d\d))?(\.\d+)?Z?$/.exec(text) ?? [];
  const time = new Date(`${day}T${hour}:${minute}:${second}${rest}Z`);
  return Number.isNaN(time.getTime()) ? null : time;
}
