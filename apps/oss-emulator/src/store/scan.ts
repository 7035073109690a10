import { behind, keyPrefix, recordPrefix } from './record-keys.js';

/** A source of records in key order. */
interface Ranges<T> {
  getRange(range: { readonly start: Buffer; readonly end: Buffer }): Iterable<{ readonly value: T }>;
}

/** What to list in a bucket. */
export interface Scan {
  readonly bucket: string;
  readonly prefix: string;
  readonly delimiter: string;
  /** Key to start from, such as one from `startAfter`. */
  readonly start: Buffer;
  /** Lists only the current version of each key, and no delete markers. */
  readonly currentOnly?: boolean;
}

/** A record, or the common prefix (up to the delimiter) that stands for a group of keys. */
export type Listed<T> = { readonly record: T } | { readonly commonPrefix: string };

/**
 * Reads records lazily and in order. Seeks past what is not listed (the rest of a group, older versions), so that the
 * cost depends on the results rather than on the records.
 */
export function* scan<T extends { readonly key: string; readonly deleteMarker?: boolean }>(
  records: Ranges<T>,
  { bucket, prefix, delimiter, start, currentOnly = false }: Scan,
): Generator<Listed<T>> {
  const all = recordPrefix(bucket, prefix);
  let from: Buffer | undefined = Buffer.compare(start, all) < 0 ? all : start;
  while (from) {
    const range = records.getRange({ start: from, end: behind(all) });
    from = undefined;
    let last: string | undefined;
    for (const { value } of range) {
      if (currentOnly && value.key === last) {
        from = behind(keyPrefix(bucket, value.key));
        break;
      }
      last = value.key;
      if (currentOnly && value.deleteMarker) continue;
      const commonPrefix = groupOf(value.key, prefix, delimiter);
      if (commonPrefix !== undefined) {
        yield { commonPrefix };
        from = behind(recordPrefix(bucket, commonPrefix));
        break;
      }
      yield { record: value };
    }
  }
}

/** The start of a page that follows this key or common prefix; empty for the first page. */
export function startAfter(after: string, { bucket, prefix, delimiter }: Omit<Scan, 'start'>): Buffer {
  if (after === '') return recordPrefix(bucket);
  return groupOf(after, prefix, delimiter) === after
    ? behind(recordPrefix(bucket, after))
    : behind(keyPrefix(bucket, after));
}

function groupOf(key: string, prefix: string, delimiter: string): string | undefined {
  const cut = delimiter && key.startsWith(prefix) ? key.indexOf(delimiter, prefix.length) : -1;
  return cut < 0 ? undefined : key.slice(0, cut + delimiter.length);
}
