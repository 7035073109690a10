import { randomBytes } from 'node:crypto';

/** Random bytes drawn at once for many ids: drawing them for each id would cost more than the rest of it. */
const poolBytes = 8_192;
const digitsPerId = 20;
let pool = '';
let used = 0;

let lastMs = 0;
/** The first 13 characters of the ids of `lastMs`. */
let timeDigits = '';
let sequence = 0;

/**
 * A UUIDv7 (RFC 9562): 48 bits of milliseconds, a 12-bit sequence that starts at random in each millisecond and counts up,
 * and 62 random bits. The ids of one process sort in the order of their creation.
 */
export function newId(): string {
  if (used + digitsPerId > pool.length) {
    pool = randomBytes(poolBytes).toString('hex');
    used = 0;
  }
  const nowMs = Date.now();
  if (nowMs > lastMs) {
    // From the lower half of the range, which leaves room to count.
    beginMillisecond(nowMs, Number.parseInt(pool.slice(used, used + 3), 16) & 0x7ff);
  } else if (++sequence > 0xfff) {
    // The sequence is used up, in this millisecond or while the clock is behind `lastMs`: borrow the next millisecond.
    beginMillisecond(lastMs + 1, 0);
  }
  const order = sequence.toString(16).padStart(3, '0');
  // The two highest bits of this digit are the variant of RFC 9562.
  const variant = '89ab'[Number.parseInt(pool.charAt(used + 3), 16) & 3] ?? '8';
  const id = `${timeDigits}-7${order}-${variant}${pool.slice(used + 5, used + 8)}-${pool.slice(used + 8, used + 20)}`;
  used += digitsPerId;
  return id;
}

/** As `newId`, but always larger than `last`, which may come from a process whose clock is ahead of ours. */
export function newIdAfter(last: string): string {
  const id = newId();
  if (id > last) return id;
  return timeDigitsOf(timeOfId(last) + 1) + id.slice(13);
}

/** The milliseconds since 1970 in the first 48 bits of a UUIDv7. */
export function timeOfId(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/**
 * The lower bound of all ids created at or after a time, in milliseconds since 1970; it sorts after all older ids. Times
 * before 1970 count as 1970.
 */
export function firstIdOf(ms: number): string {
  return `${timeDigitsOf(Math.max(0, ms))}-7000-8000-000000000000`;
}

function beginMillisecond(ms: number, firstInIt: number): void {
  lastMs = ms;
  sequence = firstInIt;
  timeDigits = timeDigitsOf(ms);
}

function timeDigitsOf(ms: number): string {
  const digits = ms.toString(16).padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}`;
}
