import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { limits } from '../../fixtures/image.fixture.js';
import { mendTail } from './mend-tail.js';

const folder = await mkdtemp(join(tmpdir(), 'landfall-mend-tail-'));
afterAll(() => rm(folder, { recursive: true }));
let count = 0;
const newPath = () => join(folder, String((count += 1)));

const noisy = () =>
  sharp({
    create: {
      width: 600,
      height: 400,
      channels: 3,
      background: 'black',
      noise: { type: 'gaussian', mean: 128, sigma: 40 },
    },
  });
const truncated = ['media.truncated'];
const share = (bytes: Buffer, of: number) => bytes.subarray(0, Math.floor(bytes.length * of));

test.each([true, false])('many JPEGs at once, whole, open and cut (progressive: %s)', async (progressive) => {
  const whole = await noisy().jpeg({ progressive }).toBuffer();
  const kinds = [whole, whole.subarray(0, -2), whole.subarray(0, -5), share(whole, 0.1)];
  const files = Array.from({ length: 40 }, (_, at) => kinds[at % kinds.length] ?? whole);
  const mended = await Promise.all(files.map((file) => mendTail(file, 'jpeg', newPath(), limits)));
  for (const [at, { file, warnings }] of mended.entries()) {
    const kind = at % kinds.length;
    expect(typeof file).toBe(kind === 1 || kind === 2 ? 'string' : 'object');
    expect(warnings).toEqual(kind === 2 ? truncated : []);
  }
});

/** How far two pictures are apart in their first rows, 0 to 255. */
async function distance(one: Buffer | string, other: Buffer, rows: number): Promise<number> {
  const [left, right] = await Promise.all(
    [one, other].map((image) =>
      sharp(image, { failOn: 'none' })
        .extract({ left: 0, top: 0, width: 600, height: rows })
        .raw()
        .toBuffer(),
    ),
  );
  const apart = left?.reduce((sum, value, index) => sum + Math.abs(value - (right?.[index] ?? 0)), 0) ?? 0;
  return apart / (left?.length ?? 1);
}

describe('a picture of which so much is there', () => {
  test.each([
    ['JPEG', 0.95, true],
    ['JPEG', 0.85, true],
    ['JPEG', 0.7, false],
    ['PNG', 0.95, true],
    ['PNG', 0.85, true],
    ['PNG', 0.7, false],
  ])('%s %s: shown %s', async (format, there, isShown) => {
    const whole = await (format === 'JPEG' ? noisy().jpeg() : noisy().png()).toBuffer();
    const { file, warnings } = await mendTail(share(whole, there), format.toLowerCase(), newPath(), limits);
    expect(warnings).toEqual(isShown ? truncated : []);
    const rows = isShown ? 400 * (there - 0.1) : 100;
    expect(await distance(file, whole, Math.floor(rows))).toBe(0);
  });

  test('progressive: as soon as every colour has some detail', async () => {
    const whole = await noisy().jpeg({ progressive: true }).toBuffer();
    const outcomes = await Promise.all(
      [0.1, 0.3, 0.8, 0.9].map(async (of) => {
        const { file, warnings } = await mendTail(share(whole, of), 'jpeg', newPath(), limits);
        return warnings.length > 0 ? distance(file, whole, 400) : 'left alone';
      }),
    );
    expect(outcomes[0]).toBe('left alone');
    expect(outcomes[3]).toBeLessThan(15);
    const shown = outcomes.filter((one) => typeof one === 'number');
    expect(Math.max(...shown)).toBeLessThan(40);
  });

  test('a PNG keeps its colours, profile and depth', async () => {
    const deep = noisy().toColourspace('rgb16').withIccProfile('p3', { attach: true });
    const whole = await deep.png().toBuffer();
    const { file } = await mendTail(share(whole, 0.9), 'png', newPath(), limits);
    const [was, is] = [await sharp(whole).metadata(), await sharp(file).metadata()];
    expect(is).toMatchObject({ depth: 'ushort', width: 600, height: 400, icc: was.icc });

    const plain = await noisy().png().toBuffer();
    const gamma = Buffer.from('0000000467414d41000186a031e8965f', 'hex');
    const reported = Buffer.concat([plain.subarray(0, 33), gamma, plain.subarray(33)]);
    const { file: filled } = await mendTail(share(reported, 0.9), 'png', newPath(), limits);
    expect(typeof filled).toBe('string');
    expect((await readFile(filled)).includes(gamma)).toBe(true);
  });
});

test('what is no longer a picture is left alone', async () => {
  const whole = await noisy().jpeg({ progressive: true }).toBuffer();
  for (const length of [3, 4, 20, 200, 400]) {
    const cut = whole.subarray(0, length);
    expect(await mendTail(cut, 'jpeg', newPath(), limits)).toEqual({ file: cut, warnings: [] });
  }
});
