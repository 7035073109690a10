import { randomBytes } from 'node:crypto';

/** Random hex digits for many ids at once: asking the system for them anew for each costs more than all the rest of an id. */
const poolBytes = 8_192;
const digitsPerId = 20;
let pool = '';
let used = 0;

let lastMs = 0;
/** The first 13 digits of the ids of `lastMs`, as they stand in an id. */
let timeDigits = '';
let sequence = 0;

/**
 * A UUIDv7 (RFC 9562): 48 bits of milliseconds, a 12-bit sequence that begins at random in each millisecond and counts up
 * in it, 62 random bits. The ids of one process sort in the order in which they were made.
 */
export function newId(): string {
  if (used + digitsPerId > pool.length) {
    pool = randomBytes(poolBytes).toString('hex');
    used = 0;
  }
  const nowMs = Date.now();
  if (nowMs > lastMs) {
    // Half of the range: room to count.
    beginMillisecond(nowMs, Number.parseInt(pool.slice(used, used + 3), 16) & 0x7ff);
  } else if (++sequence > 0xfff) {
    // More than the millisecond holds, or the clock went back: borrow from the next.
    beginMillisecond(lastMs + 1, 0);
  }
  const order = sequence.toString(16).padStart(3, '0');
  // The two highest bits of this digit say that it is an id of RFC 9562.
  const variant = '89ab'[Number.parseInt(pool.charAt(used + 3), 16) & 3] ?? '8';
  const id = `${timeDigits}-7${order}-${variant}${pool.slice(used + 5, used + 8)}-${pool.slice(used + 8, used + 20)}`;
  used += digitsPerId;
  return id;
}

/** As `newId`, and larger than an id that another process made, whose clock may be ahead of ours. */
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
 * Sorts before every id that is made at this time or later, in milliseconds since 1970, and after all older ones. Ids know no
 * time before 1970.
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
