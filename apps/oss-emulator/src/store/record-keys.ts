/**
 * Keys of the metadata, compared as unsigned bytes, in the order of listings.
 *
 * An object key is UTF-8, with bytes from 0 to 0xF4 (it may contain NUL). Each byte is incremented, which preserves
 * order and length and frees 0 as the terminator of the key: `a` sorts before all longer keys that start with it.
 */
const end = Buffer.of(0);

/** Prefix of the records of a bucket, or of its keys that start with `keyPrefix`. */
export function recordPrefix(bucket: string, keyPrefix = ''): Buffer {
  const shifted = Buffer.from(keyPrefix);
  for (const [at, byte] of shifted.entries()) shifted[at] = byte + 1;
  return Buffer.concat([Buffer.from(bucket), end, shifted]);
}

/** Prefix of the records of exactly this key. */
export function keyPrefix(bucket: string, key: string): Buffer {
  return Buffer.concat([recordPrefix(bucket, key), end]);
}

/** Key of one record of an object key: a version or an upload. */
export function recordKey(bucket: string, key: string, suffix: Buffer): Buffer {
  return Buffer.concat([keyPrefix(bucket, key), suffix]);
}

/** The first key after all those that start with `prefix`. */
export function behind(prefix: Buffer): Buffer {
  // 0xFF carries. The first byte is never one: it belongs to the name of a bucket or the id of an upload.
  const last = prefix.findLastIndex((byte) => byte < 0xff);
  const next = Buffer.from(prefix.subarray(0, last + 1));
  next[last] = (next[last] ?? 0) + 1;
  return next;
}

const greatestSequence = BigInt(Number.MAX_SAFE_INTEGER);

/** An 8-byte suffix that sorts the newest version of a key first. */
export function newestFirst(sequence: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(greatestSequence - BigInt(sequence));
  return bytes;
}

/** The key of a part; sorts the parts of an upload in ascending order. */
export function partKey(uploadId: string, partNumber: number): Buffer {
  const number = Buffer.alloc(2);
  number.writeUInt16BE(partNumber);
  return Buffer.concat([Buffer.from(uploadId), end, number]);
}
