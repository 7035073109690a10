/** A range of keys in byte order: at least `from`, greater than `after`, at most `last`. */
export interface KeyRange {
  readonly from: string;
  readonly after: string;
  readonly last: string;
}

/** Appended to a prefix, sorts after every key with that prefix. */
const behindAll = '\u{10FFFF}';

/**
 * The key range that a listing page covers: from the end of the previous page to its own last key, or to the end of the
 * prefix if it is the last page. Pure.
 * @param after the last key of the previous page; empty for the first page
 */
export function rangeOfPage(
  prefix: string,
  after: string,
  { objects, isLast }: { objects: readonly { objectKey: string }[]; isLast: boolean },
): KeyRange {
  return { from: prefix, after, last: isLast ? prefix + behindAll : (objects.at(-1)?.objectKey ?? after) };
}

/** The part of a range that lies below a prefix; null if there is none. Pure. */
export function clipRange({ from, after, last }: KeyRange, prefix: string): KeyRange | null {
  const end = prefix + behindAll;
  const clipped = {
    from: isBefore(from, prefix) ? prefix : from,
    after,
    last: isBefore(end, last) ? end : last,
  };
  return isBefore(clipped.last, clipped.from) || isBefore(end, after) ? null : clipped;
}

/** Whether a key sorts before another in a listing, which is ordered by UTF-8 bytes. */
export function isBefore(one: string, other: string): boolean {
  return Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0;
}
