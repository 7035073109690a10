import sharp, { type Sharp } from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { makeFolder, photo, plain, render } from '../../fixtures/image.fixture.js';
import { hashPicture } from './perceptual-hash.js';

const folder = await makeFolder();
afterAll(() => folder[Symbol.asyncDispose]());

const width = 900;
const height = 600;
const original = await (await photo(width, height)).png().toBuffer();
/** Another picture of the same kind: a mirror image shares colours and structure, and no place. */
const other = await sharp(original).flop().toBuffer();

async function hashOf(picture: Sharp): Promise<bigint> {
  const { placeholder } = await render(await folder.write('picture', await picture.toBuffer()), []);
  if (placeholder.perceptualHash === null) throw new Error('the picture has no hash');
  return placeholder.perceptualHash;
}

/** Bits in which two hashes differ. */
function bitsApart(one: bigint, another: bigint): number {
  return (one ^ another).toString(2).replaceAll('0', '').length;
}

const crop = (share: number) => ({
  left: Math.round(width * share),
  top: Math.round(height * share),
  width: Math.round(width * (1 - 2 * share)),
  height: Math.round(height * (1 - 2 * share)),
});

describe('the perceptual hash stays near', () => {
  it.each([
    ['is made smaller', 2, sharp(original).resize(225)],
    ['is made much smaller', 4, sharp(original).resize(80)],
    ['is encoded as a poor JPEG', 4, sharp(original).jpeg({ quality: 30 })],
    ['is encoded as a poor WebP', 4, sharp(original).webp({ quality: 20 })],
    ['loses its colours', 6, sharp(original).greyscale()],
    ['is brighter', 4, sharp(original).linear(0.8, 40)],
    ['is blurred', 4, sharp(original).blur(3)],
    ['is squeezed', 4, sharp(original).resize(width, 500, { fit: 'fill' })],
    ['loses a hundredth on each side', 8, sharp(original).extract(crop(0.01))],
  ])('when the picture %s: %i bits at most', async (_, most, changed) => {
    expect(bitsApart(await hashOf(sharp(original)), await hashOf(changed.png()))).toBeLessThanOrEqual(most);
  });
});

it('is the same for all ways of holding a picture: upright or turned by its orientation', async () => {
  const turned = sharp(await sharp(original).rotate(90).toBuffer()).withMetadata({ orientation: 8 });
  expect(
    bitsApart(await hashOf(sharp(original)), await hashOf(turned.jpeg({ quality: 95 }))),
  ).toBeLessThanOrEqual(2);
});

it('is far for another picture', async () => {
  expect(bitsApart(await hashOf(sharp(original)), await hashOf(sharp(other)))).toBeGreaterThan(16);
  expect(
    bitsApart(await hashOf(sharp(original)), await hashOf(sharp(original).negate({ alpha: false }))),
  ).toBeGreaterThan(16);
});

it('fits a signed number of 64 bits, so that Postgres can hold it', async () => {
  const hash = await hashOf(sharp(original));
  expect(hash).toBeGreaterThan(0n);
  expect(hash).toBeLessThan(2n ** 63n);
});

it('is none for a picture without structure, or without room for it', async () => {
  const hashIn = async (picture: Sharp) =>
    (await render(await folder.write('plain', await picture.png().toBuffer()), [])).placeholder
      .perceptualHash;
  expect(await hashIn(plain([250, 250, 250], 300, 200))).toBeNull();
  expect(await hashIn(plain([0, 0, 0, 0], 300, 200))).toBeNull();
  expect(await hashIn(sharp(original).resize(900, 7, { fit: 'fill' }))).toBeNull();
  expect(await hashIn(sharp(original).resize(1, 1))).toBeNull();
  expect(hashPicture(new Uint8Array(0), 0, 0)).toBeNull();
});
