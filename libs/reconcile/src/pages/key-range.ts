/** A stretch of keys in byte order: not before `from`, behind `after`, up to `last`. */
export interface KeyRange {
  readonly from: string;
  readonly after: string;
  readonly last: string;
}

/** Behind every key that begins with a prefix. */
const behindAll = '\u{10FFFF}';

/**
 * The stretch of keys that a page of a listing speaks for: from behind the page before to its last
 * key, or to the end of the prefix if it is the last page. Pure.
 * @param after the last key of the page before; empty for the first page
 */
export function rangeOfPage(
  prefix: string,
  after: string,
  { objects, isLast }: { objects: readonly { objectKey: string }[]; isLast: boolean },
): KeyRange {
  return { from: prefix, after, last: isLast ? prefix + behindAll : (objects.at(-1)?.objectKey ?? after) };
}

/** The part of a stretch that lies below a prefix; null if none does. Pure. */
export function clipRange({ from, after, last }: KeyRange, prefix: string): KeyRange | null {
  const end = prefix + behindAll;
  const clipped = {
    from: isBefore(from, prefix) ? prefix : from,
    after,
    last: isBefore(end, last) ? end : last,
  };
  return isBefore(clipped.last, clipped.from) || isBefore(end, after) ? null : clipped;
}

/** Whether a key comes before another one in a listing, which is ordered by the bytes of their UTF-8. */
export function isBefore(one: string, other: string): boolean {
  return Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0;
}
