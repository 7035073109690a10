/**
 * Keys of the metadata, in the order of listings: unsigned bytes.
 *
 * An object key is UTF-8, whose bytes are 0 to 0xF4 (a key may contain NUL). Each is raised by one,
 * which keeps order and length and frees 0 to end the key: `a` comes before all that begins with it.
 */
const end = Buffer.of(0);

/** Begins the records of a bucket, or of those keys that start with `keyPrefix`. */
export function recordPrefix(bucket: string, keyPrefix = ''): Buffer {
  const shifted = Buffer.from(keyPrefix);
  for (const [at, byte] of shifted.entries()) shifted[at] = byte + 1;
  return Buffer.concat([Buffer.from(bucket), end, shifted]);
}

/** Begins the records of exactly this key. */
export function keyPrefix(bucket: string, key: string): Buffer {
  return Buffer.concat([recordPrefix(bucket, key), end]);
}

/** Key of one record of an object key: a version or an upload. */
export function recordKey(bucket: string, key: string, suffix: Buffer): Buffer {
  return Buffer.concat([keyPrefix(bucket, key), suffix]);
}

/** The first key behind everything that starts with `prefix`. */
export function behind(prefix: Buffer): Buffer {
  const next = Buffer.from(prefix);
  // No byte of a prefix is 0xFF, so this never carries.
  next[next.length - 1] = (next.at(-1) ?? 0) + 1;
  return next;
}

const greatestSequence = BigInt(Number.MAX_SAFE_INTEGER);

/** Sorts the newest version of a key first. */
export function newestFirst(sequence: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(greatestSequence - BigInt(sequence));
  return bytes;
}

/** Key of a part: parts of an upload in ascending order. */
export function partKey(uploadId: string, partNumber: number): Buffer {
  const number = Buffer.alloc(2);
  number.writeUInt16BE(partNumber);
  return Buffer.concat([Buffer.from(uploadId), end, number]);
}
