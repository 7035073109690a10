import { expect, test } from 'vitest';
import { behind, keyPrefix, newestFirst, partKey, recordKey } from './record-keys.js';

test.each([
  ['a key', keyPrefix('bucket', 'a/b.jpg')],
  [
    'a version whose last byte is 0xFF',
    recordKey('bucket', 'a', newestFirst(Number.MAX_SAFE_INTEGER - 0x1ff)),
  ],
  ['the greatest part', partKey('an-upload', 0xff_ff)],
])('what is behind %s sorts behind all that starts with it, and before the next', (_, prefix) => {
  const next = behind(prefix);
  for (const suffix of [Buffer.alloc(0), Buffer.of(0), Buffer.of(0xff, 0xff)])
    expect(Buffer.compare(Buffer.concat([prefix, suffix]), next)).toBe(-1);
  const last = prefix.findLastIndex((byte) => byte < 0xff);
  expect(Buffer.compare(next.subarray(0, last), prefix.subarray(0, last))).toBe(0);
});
