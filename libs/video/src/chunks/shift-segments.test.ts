import { assert, integer, nat, property } from 'fast-check';
import { expect, test } from 'vitest';
import { isLandfallError } from '#runtime';
import { shiftSegment } from './shift-segments.js';

const word = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const long = (value: bigint) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
};
const box = (type: string, ...body: Buffer[]) => {
  const content = Buffer.concat(body);
  return Buffer.concat([word(8 + content.length), Buffer.from(type, 'latin1'), content]);
};
const tfdt = (version: number, time: bigint) =>
  box('tfdt', word(version << 24), version === 0 ? word(Number(time)) : long(time));
const sidx = (version: number, time: bigint) =>
  box('sidx', word(version << 24), word(1), word(12_800), version === 0 ? word(Number(time)) : long(time));
const segment = (version: number, time: bigint) =>
  Buffer.concat([
    box('styp', Buffer.from('msdh')),
    sidx(version, time),
    box('moof', box('mfhd', word(0), word(1)), box('traf', box('tfhd', word(0)), tfdt(version, time))),
    box('mdat', Buffer.from('media')),
  ]);

test.each([0, 1])(
  'a segment with times of version %i is moved, and nothing else of it changes',
  (version) => {
    const bytes = segment(version, 512n);
    shiftSegment(bytes, 1_000_000n);
    expect(bytes).toEqual(segment(version, 1_000_512n));
    shiftSegment(bytes, 0n);
    expect(bytes).toEqual(segment(version, 1_000_512n));
  },
);

test('every fragment of a segment is moved', () => {
  const bytes = Buffer.concat([segment(1, 0n), segment(1, 100n)]);
  shiftSegment(bytes, 7n);
  expect(bytes).toEqual(Buffer.concat([segment(1, 7n), segment(1, 107n)]));
});

test('a box with a size of 64 bits is read, and one without a size goes to the end', () => {
  const moof = box('moof', box('traf', tfdt(1, 5n)));
  const wide = Buffer.concat([word(1), Buffer.from('moof'), long(BigInt(moof.length + 8)), moof.subarray(8)]);
  shiftSegment(wide, 2n);
  expect(wide.subarray(-8)).toEqual(long(7n));
  const open = Buffer.concat([word(0), moof.subarray(4)]);
  shiftSegment(open, 2n);
  expect(open.subarray(-8)).toEqual(long(7n));
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['no fragment', box('mdat', Buffer.from('media'))],
  ['a fragment without a time', box('moof', box('traf', box('tfhd', word(0))))],
  ['a size beyond the end', Buffer.concat([word(99), Buffer.from('moof')])],
  ['a size within the head', Buffer.concat([word(4), Buffer.from('moof')])],
  ['a long size that is cut off', Buffer.concat([word(1), Buffer.from('moof'), word(0)])],
  ['a long size that is huge', Buffer.concat([word(1), Buffer.from('moof'), long(2n ** 63n)])],
  ['a child larger than its parent', box('moof', Buffer.concat([word(64), Buffer.from('traf')]))],
  ['a time box without its time', box('moof', box('traf', box('tfdt', word(1 << 24), word(0))))],
  ['a time box without anything', box('moof', box('traf', box('tfdt')))],
  ['a time of 32 bits that overflows', segment(0, 0xffff_ffffn)],
])('%s is refused', (_, bytes) => {
  expect(() => shiftSegment(bytes, 1n)).toThrow(expect.objectContaining({ code: 'media.encoder_failed' }));
});

test('a segment that is cut anywhere, or has any byte changed, is moved or refused, and never read beyond', () => {
  const good = segment(1, 12n);
  const isRefused = (bytes: Buffer) => {
    try {
      shiftSegment(bytes, 3n);
      return true;
    } catch (error) {
      return isLandfallError(error, 'media.encoder_failed');
    }
  };
  for (let length = 0; length < good.length; length++) {
    expect(isRefused(Buffer.from(good.subarray(0, length)))).toBe(true);
  }
  assert(
    property(nat(good.length - 1), integer({ min: 0, max: 255 }), (place, value) => {
      const bytes = Buffer.from(good);
      bytes[place] = value;
      return isRefused(bytes);
    }),
  );
});
