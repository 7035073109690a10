import type { Size, WatermarkSpec } from '#media';
import { isLandfallError, LandfallError, type WarningCode } from '#runtime';
import sharp, { type Sharp } from 'sharp';
import { decodeBaseImage, fromBaseImage } from '../base/base-image.js';
import { type ImageLimits } from '../../limits/image-limits.js';
import { readImageHeader } from '../../input/image-header.js';
import { scaleSize } from '../plan/rendition-size.js';
import type { RenderExtras } from '../plan/rendition-spec.js';
import { drawTextMark } from './text-mark.js';

/** Pixel limit for watermark files: they are logos, and photos would slow down every rendition. */
const maxPixels = 10_000_000;

/** RGBA pixels and their position in the rendition. */
export interface Watermark extends Size {
  readonly data: Buffer;
  readonly left: number;
  readonly top: number;
  readonly warnings: readonly WarningCode[];
}

/** The rendition a mark is for, and what is needed to make it. */
interface Surroundings {
  /** Size of the rendition. */
  readonly size: Size;
  readonly watermarks: RenderExtras['watermarks'];
  readonly limits: ImageLimits;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

/** A mark at its final size. */
interface Mark {
  readonly image: Sharp;
  readonly warnings: readonly WarningCode[];
}

/**
 * Makes the mark for a rendition of this size: pixels with their opacity, and their position. A mark that is higher
 * than the rendition is scaled down. Fails with rendition.watermark_unusable.
 */
export async function makeWatermark(spec: WatermarkSpec, surroundings: Surroundings): Promise<Watermark> {
  const { size, timeoutSeconds } = surroundings;
  const margin = Math.round(spec.margin * Math.min(size.width, size.height));
  const room = {
    width: Math.max(1, Math.min(size.width - 2 * margin, Math.round(size.width * spec.width))),
    height: Math.max(1, size.height - 2 * margin),
  };
  const fit = (shape: Size) => {
    const { width, height } = scaleSize(
      shape,
      Math.min(room.width / shape.width, room.height / shape.height),
    );
    return { width: Math.min(width, room.width), height: Math.min(height, room.height) };
  };
  const { image, warnings } =
    spec.objectKey === undefined
      ? await drawText(spec, room, fit, surroundings)
      : await decodePicture(spec.objectKey, fit, surroundings);
  const { data, info } = await image
    .ensureAlpha()
    .timeout({ seconds: timeoutSeconds })
    .raw()
    .toBuffer({ resolveWithObject: true });
  for (let alpha = 3; alpha < data.length; alpha += 4)
    data[alpha] = Math.round((data[alpha] ?? 0) * spec.opacity);
  const { width, height } = info;
  return { data, width, height, warnings, ...placeOf(spec.gravity, size, info, margin) };
}

/** Composites the mark onto a picture, or onto each frame of an animation. */
export async function applyWatermark(
  image: Sharp,
  { data, left, top, width, height }: Watermark,
  size: Size,
  frames: number,
): Promise<Sharp> {
  const raw = { width, height, channels: 4 as const };
  if (frames === 1) return image.composite([{ input: data, raw, left, top }]);
  // Frames are stacked vertically, so a mark as large as a frame is tiled over them.
  const frame = await sharp(data, { raw })
    .extend({
      left,
      top,
      right: size.width - left - width,
      bottom: size.height - top - height,
      background: { r: 0, g: 0, b: 0, alpha: 0 },
    })
    .raw()
    .toBuffer();
  return image.composite([{ input: frame, raw: { ...size, channels: 4 }, tile: true, gravity: 'northwest' }]);
}

type Fit = (shape: Size) => Size;

async function drawText(
  { text = '', color }: WatermarkSpec,
  room: Size,
  fit: Fit,
  { limits, signal, timeoutSeconds }: Surroundings,
): Promise<Mark> {
  const within = { ...limits, timeoutMs: timeoutSeconds * 1_000 };
  try {
    const { png, shape, warnings } = await drawTextMark({ text, color, room }, within, signal);
    return { image: sharp(png).resize({ ...fit(shape), fit: 'fill' }), warnings };
  } catch (thrown) {
    if (isLandfallError(thrown) && thrown.code === 'media.too_complex')
      throw unusable('its text cannot be drawn', thrown);
    throw thrown;
  }
}

async function decodePicture(
  objectKey: string,
  fit: Fit,
  { watermarks, limits, timeoutSeconds }: Surroundings,
): Promise<Mark> {
  const file = watermarks?.get(objectKey);
  if (file === undefined) throw unusable(`${objectKey} was not fetched`);
  if (typeof file !== 'string') throw unusable(`${objectKey}: ${file.message}`, file);
  const own = { ...limits, maxPixels: Math.min(limits.maxPixels, maxPixels) };
  try {
    const header = await readImageHeader(file, own);
    const base = await decodeBaseImage({ file, header, limits: own }, fit(header), timeoutSeconds);
    return { image: fromBaseImage(base), warnings: [] };
  } catch (thrown) {
    throw unusable(`${objectKey}: ${thrown instanceof Error ? thrown.message : String(thrown)}`, thrown);
  }
}

function placeOf(
  gravity: WatermarkSpec['gravity'],
  whole: Size,
  mark: Size,
  margin: number,
): { left: number; top: number } {
  const place = (near: string, far: string, space: number) => {
    if (gravity.includes(near)) return Math.min(margin, space);
    return gravity.includes(far) ? Math.max(0, space - margin) : Math.floor(space / 2);
  };
  return {
    left: place('west', 'east', whole.width - mark.width),
    top: place('north', 'south', whole.height - mark.height),
  };
}

function unusable(detail: string, cause?: unknown): LandfallError {
  return new LandfallError('rendition.watermark_unusable', detail, { cause });
}
