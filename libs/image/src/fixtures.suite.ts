import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { configureSharp } from './configure-sharp.js';
import type { ImageLimits } from './image-header.js';
import type { RenderedImage } from './renditions/encode-rendition.js';
import { renderImages } from './renditions/render-images.js';
import type { ImageRenditionSpec, RenderExtras } from './renditions/rendition-spec.js';

/** What the tests of this room share: sharp as the worker runs it, a folder, small pictures, the way to compare them. */
configureSharp();

export const limits: ImageLimits = { maxPixels: 50_000_000, timeoutMs: 30_000 };
export const never = new AbortController().signal;

export interface Folder extends AsyncDisposable {
  /** Writes a file and returns its path. */
  write(name: string, bytes: Uint8Array | string): Promise<string>;
}

export async function makeFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'landfall-image-'));
  return {
    async write(name, bytes) {
      await writeFile(join(path, name), bytes);
      return join(path, name);
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  };
}

export type Rgba = readonly [red: number, green: number, blue: number, alpha?: number];

/** One colour all over. */
export function plain(color: Rgba, width = 16, height = 16): Sharp {
  const pixel = Buffer.from(color.filter((value) => value !== undefined));
  const data = Buffer.alloc(width * height * pixel.length, pixel);
  return sharp(data, { raw: { width, height, channels: pixel.length === 4 ? 4 : 3 } });
}

/** A quarter each: top left, top right, bottom left, bottom right. */
export function quarters(colors: readonly Rgba[], width: number, height: number): Sharp {
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [red, green, blue] = colors[(y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1)] ?? [0, 0, 0];
      data.set([red, green, blue], (y * width + x) * 3);
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** A picture with soft and fine structure, not unlike a photo: noise of several sizes over each other. */
export async function photo(width: number, height: number): Promise<Sharp> {
  let seed = 7;
  const layers = [600, 90, 20, 5, 2].map((grain) => {
    const size = { width: Math.ceil(width / grain), height: Math.ceil(height / grain), channels: 4 as const };
    const data = Buffer.alloc(size.width * size.height * 4);
    for (let i = 0; i < data.length; i++) {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      data[i] = i % 4 === 3 ? 20 + grain / 4 : seed >>> 24;
    }
    return sharp(data, { raw: size }).resize(width, height, { fit: 'fill' }).png({ compressionLevel: 0 });
  });
  const [ground, ...above] = await Promise.all(layers.map((layer) => layer.toBuffer()));
  return sharp(ground)
    .flatten({ background: '#789' })
    .composite(above.map((input) => ({ input })));
}

export function spec(name: string, more: Partial<ImageRenditionSpec> = {}): ImageRenditionSpec {
  return { name, width: 320, fit: 'inside', format: 'png', quality: 80, ...more };
}

/** Renders and collects. */
export async function render(
  file: string,
  specs: readonly ImageRenditionSpec[],
  within = limits,
  extras: RenderExtras = {},
) {
  const images: RenderedImage[] = [];
  const keep = async (image: RenderedImage) => {
    images.push(image);
  };
  const placeholder = await renderImages(file, specs, within, never, keep, extras);
  return { images, placeholder };
}

/** Renders one and returns it. */
export async function renderOne(
  file: string,
  more: Partial<ImageRenditionSpec> = {},
  extras: RenderExtras = {},
): Promise<RenderedImage> {
  const { images } = await render(file, [spec('one', more)], limits, extras);
  const [image] = images;
  if (!image) throw new Error('nothing was rendered');
  return image;
}

/** The pixel in the middle. */
export async function middlePixel(image: Sharp | Uint8Array): Promise<number[]> {
  const { data, info } = await rawOf(image);
  const at = (Math.floor(info.height / 2) * info.width + Math.floor(info.width / 2)) * info.channels;
  return [...data.subarray(at, at + info.channels)];
}

/** The largest difference of any channel. */
export function apart(actual: readonly number[], wanted: Rgba): number {
  const differences = wanted.map((value, channel) => Math.abs((value ?? 0) - (actual[channel] ?? Infinity)));
  return Math.max(...differences);
}

/** The root of the mean squared difference of all samples, 0 to 255. */
export async function distance(one: Sharp | Uint8Array, other: Sharp | Uint8Array): Promise<number> {
  const [a, b] = await Promise.all([rawOf(one), rawOf(other)]);
  if (a.info.width !== b.info.width || a.info.height !== b.info.height || a.data.length !== b.data.length) {
    throw new Error(`sizes differ: ${JSON.stringify(a.info)} and ${JSON.stringify(b.info)}`);
  }
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += ((a.data[i] ?? 0) - (b.data[i] ?? 0)) ** 2;
  return Math.sqrt(sum / a.data.length);
}

export function rawOf(image: Sharp | Uint8Array) {
  const source = image instanceof Uint8Array ? sharp(image) : image;
  return source.raw().toBuffer({ resolveWithObject: true });
}
