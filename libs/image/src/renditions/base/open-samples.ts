import { LandfallError } from '#runtime';
import sharp, { type Sharp, type SharpOptions } from 'sharp';
import { type ImageLimits } from '../../limits/image-limits.js';
import { inputOptions, type ImageHeader } from '../../input/image-header.js';
import type { ImageSource } from '../../source/image-source.js';

/** Pixel limit for pictures with extra samples, which are decoded completely, at eight bytes per pixel. */
const wholeMaxPixels = 40_000_000;
const probeSide = 64;

/**
 * Opens an image for one decode, upright, with samples as sharp interprets them. Of several extra samples (masks, spot
 * colours) none is known to be alpha, but sharp would treat the last as such, so they are dropped. Floating-point grey
 * ranges from 0 to 1, where sharp expects 0 to 255, so it is scaled. Fails with media.too_many_pixels.
 */
export async function openSamples(
  file: ImageSource,
  header: ImageHeader,
  limits: ImageLimits,
  failOn: SharpOptions['failOn'],
): Promise<Sharp> {
  const options = { ...inputOptions(limits), autoOrient: true, failOn };
  const { space, channels, depth, hasProfile } = header.metadata;
  const colours = space === 'b-w' || space === 'grey16' ? 1 : space === 'cmyk' ? 4 : 3;
  if (channels > colours + 1) return openColours(file, header, options);
  const isPointGrey = colours === 1 && (depth === 'float' || depth === 'double');
  if (isPointGrey && (await highestSample(file, limits)) <= 1) return sharp(file, options).linear(255);
  if (space === 'grey16' && hasProfile) return openGrey(file, options);
  return sharp(file, options);
}

/** Reduces 16-bit grey to 8 bits first, because sharp ignores grey profiles at 16 bits. */
async function openGrey(file: ImageSource, options: SharpOptions): Promise<Sharp> {
  const reduced = sharp(file, options).keepIccProfile().toColourspace('b-w');
  return sharp(await reduced.tiff({ compression: 'none' }).toBuffer(), { limitInputPixels: false });
}

/** Decodes only the colour samples. */
async function openColours(
  file: ImageSource,
  { width, height }: ImageHeader,
  options: SharpOptions,
): Promise<Sharp> {
  if (width * height > wholeMaxPixels) {
    throw new LandfallError(
      'media.too_many_pixels',
      `${width} × ${height} pixels with more samples than colours; the limit for such images is ${wholeMaxPixels}`,
    );
  }
  const decoded = sharp(file, options).toColourspace('srgb').raw();
  const { data, info } = await decoded.toBuffer({ resolveWithObject: true });
  const pixels = info.width * info.height;
  const rgb = Buffer.allocUnsafe(pixels * 3);
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    for (let at = 0; at < 3; at += 1) rgb[pixel * 3 + at] = data[pixel * info.channels + at] ?? 0;
  }
  return sharp(rgb, {
    raw: { width: info.width, height: info.height, channels: 3 },
    limitInputPixels: false,
  });
}

/** The highest of a grid of samples across the picture. */
async function highestSample(file: ImageSource, limits: ImageLimits): Promise<number> {
  const some = sharp(file, inputOptions(limits)).resize(probeSide, probeSide, {
    fit: 'fill',
    kernel: 'nearest',
  });
  const data = await some.raw({ depth: 'float' }).toBuffer();
  let highest = 0;
  for (let at = 0; at + 4 <= data.length; at += 4) highest = Math.max(highest, data.readFloatLE(at));
  return highest;
}
