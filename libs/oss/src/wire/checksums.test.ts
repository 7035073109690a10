import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  Crc64,
  etagOfMd5,
  etagOfParts,
  joinCrc64,
  normalizeEtag,
  quoteEtag,
  readContinuationToken,
  writeContinuationToken,
} from '#oss';
import { readVectors } from '../../test-data/vectors.js';

const { etags, crc64, continuationTokens } = readVectors('checksums');

describe('CRC-64', () => {
  test.each(crc64)('of "$input"', ({ input, crc64 }) => {
    expect(new Crc64().update(Buffer.from(input)).digest()).toBe(crc64);
  });

  test('is the same however the bytes are cut', () => {
    const bytes = randomBytes(4099);
    const whole = new Crc64().update(bytes).digest();
    for (const step of [1, 7, 8, 13, 1000]) {
      const crc = new Crc64();
      for (let at = 0; at < bytes.length; at += step) crc.update(bytes.subarray(at, at + step));
      expect(crc.digest()).toBe(whole);
    }
  });

  test('of parts is joined without their bytes', () => {
    const bytes = randomBytes(300_000);
    for (const cuts of [
      [0, 300_000],
      [0, 1, 300_000],
      [0, 0, 100_000, 200_000, 299_999, 300_000],
      [300_000],
    ]) {
      const parts = cuts.map((from, index) => {
        const part = bytes.subarray(from, cuts[index + 1] ?? bytes.length);
        return { crc64: new Crc64().update(part).digest(), sizeBytes: part.length };
      });
      const whole = bytes.subarray(cuts[0]);
      expect(joinCrc64(parts)).toBe(new Crc64().update(whole).digest());
    }
    expect(joinCrc64([])).toBe(new Crc64().digest());
  });
});

describe('ETag', () => {
  test.each(etags)('$etag', (vector) => {
    const etag =
      vector.kind === 'multipart'
        ? etagOfParts(vector.parts)
        : etagOfMd5(createHash('md5').update(vector.body).digest());
    expect(quoteEtag(etag)).toBe(vector.etag);
  });

  test.each(['"0a1B"', '&quot;0A1b&quot;', '0a1b', ' "0A1B" '])('is normalised from %s', (etag) => {
    expect(normalizeEtag(etag)).toBe('0A1B');
  });
});

describe('continuation token', () => {
  test.each(continuationTokens)('$token', ({ lastKey, token }) => {
    expect(writeContinuationToken(lastKey)).toBe(token);
    expect(readContinuationToken(token)).toBe(lastKey);
  });

  test.each(['a'.repeat(127), 'a'.repeat(128), '中'.repeat(341)])('holds long keys', (lastKey) => {
    expect(readContinuationToken(writeContinuationToken(lastKey))).toBe(lastKey);
  });

  test.each(['', 'abc', '!!!', 'CgJiYw', 'CgJiYw==', 'CgViYw--'])('is not %j', (token) => {
    expect(readContinuationToken(token)).toBeUndefined();
  });
});
