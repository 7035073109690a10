import { randomFillSync } from 'node:crypto';

/** Randomness for many ids at once: asking the system for it anew for each costs more than all the rest of an id. */
const pool = Buffer.alloc(8_192);
let used = pool.length;

let lastMs = 0;
let sequence = 0;

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * A UUIDv7 (RFC 9562): 48 bits of milliseconds, a 12-bit sequence that begins at random in each millisecond and counts up
 * in it, 62 random bits. The ids of one process sort in the order in which they were made.
 */
export function newId(): string {
  if (used + 10 > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const nowMs = Date.now();
  if (nowMs > lastMs) {
    lastMs = nowMs;
    // Half of the range: room to count.
    sequence = pool.readUInt16BE(used) & 0x7ff;
  } else if (++sequence > 0xfff) {
    // More than the millisecond holds, or the clock went back: borrow from the next.
    lastMs += 1;
    sequence = 0;
  }
  const time = lastMs.toString(16).padStart(12, '0');
  let random = '';
  for (let index = used + 2; index < used + 10; index += 1) {
    random += hex[index === used + 2 ? ((pool[index] ?? 0) & 0x3f) | 0x80 : (pool[index] ?? 0)];
  }
  used += 10;
  return `${time.slice(0, 8)}-${time.slice(8)}-7${sequence.toString(16).padStart(3, '0')}-${random.slice(0, 4)}-${random.slice(4)}`;
}
