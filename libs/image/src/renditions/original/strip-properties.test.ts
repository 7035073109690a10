import { array, assert, nat, property, tuple, uint8Array } from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { photo, plain } from '../../fixtures/image.fixture.js';
import { stripGif } from './strip-gif.js';
import { stripJpeg } from './strip-jpeg.js';
import { stripPng } from './strip-png.js';
import { stripWebp } from './strip-webp.js';

const picture = await (await photo(48, 32)).png().toBuffer();
const open = () => sharp(picture).withExif({ IFD0: { Artist: 'me' } });
const clear = () => plain([200, 80, 40, 128], 20, 10).withExif({ IFD0: { Artist: 'me' } });
const frames = await Promise.all([60, 200].map((red) => plain([red, 90, 200]).png().toBuffer()));
const moving = () => sharp(frames, { join: { animated: true } });

describe.each<[string, (file: Buffer) => Buffer | null, Buffer[]]>([
  ['JPEG', stripJpeg, [await open().jpeg().toBuffer(), await open().jpeg({ progressive: true }).toBuffer()]],
  ['PNG', stripPng, [await open().png().toBuffer(), await clear().png({ palette: true }).toBuffer()]],
  ['WebP', stripWebp, [await clear().webp().toBuffer(), await moving().webp().toBuffer()]],
  ['GIF', stripGif, [await open().gif().toBuffer(), await moving().gif().toBuffer()]],
])('whatever becomes of a %s', (_, strip, samples) => {
  /** Bytes that replace as many others, or are put between them, and where the file ends. */
  const edits = tuple(
    nat(samples.length - 1),
    array(tuple(nat(9_999), nat(8), uint8Array({ maxLength: 24 })), { maxLength: 6 }),
    nat(10_999),
  );

  it('what is stripped has nothing left to be stripped of', () => {
    const outcomes = { stripped: 0, left: 0 };
    const holds = property(edits, ([index, changes, cut]) => {
      const [sample = Buffer.alloc(0)] = samples.slice(index);
      const place = (share: number) => Math.floor((share / 10_000) * sample.length);
      const file = changes
        .reduce<Buffer>(
          (bytes, [at, gone, put]) =>
            Buffer.concat([bytes.subarray(0, place(at)), put, bytes.subarray(place(at) + gone)]),
          sample,
        )
        .subarray(0, place(cut));
      const stripped = strip(file);
      outcomes[stripped ? 'stripped' : 'left'] += 1;
      expect(stripped && strip(stripped)).toEqual(stripped);
    });
    assert(holds, { numRuns: 2_000, seed: 1 });
    expect(Math.min(outcomes.stripped, outcomes.left)).toBeGreaterThan(10);
  });
});
