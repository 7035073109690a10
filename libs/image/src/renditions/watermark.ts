import { LandfallError } from '#runtime';
import sharp, { type Sharp } from 'sharp';
import { decodeBaseImage, fromBaseImage } from './base-image.js';
import { readImageHeader, type ImageLimits } from '../image-header.js';
import { escapeXml } from './keep-copyright.js';
import { scaleSize, type Size } from './rendition-size.js';
import type { RenderExtras, WatermarkSpec } from './rendition-spec.js';

/** A logo, not a photo: more would make every rendition slow. */
const maxPixels = 10_000_000;
/** What text is drawn at to learn its shape, in dots per inch, and the most that it is drawn at. */
const firstDpi = 72;
const mostDpi = 3_000;

/** Pixels with red, green, blue and alpha, and where they go. */
export interface Watermark extends Size {
  readonly data: Buffer;
  readonly left: number;
  readonly top: number;
}

/** Where a mark may be, and what it is made with. */
interface Surroundings {
  /** Of the rendition. */
  readonly size: Size;
  readonly watermarks: RenderExtras['watermarks'];
  readonly limits: ImageLimits;
  readonly timeoutSeconds: number;
}

/**
 * Makes the mark for a rendition of this size: its pixels with their opacity, and where they go. A mark that is higher than
 * the rendition is made smaller. Fails with rendition.watermark_unusable.
 */
export async function makeWatermark(
  spec: WatermarkSpec,
  { size, watermarks, limits, timeoutSeconds }: Surroundings,
): Promise<Watermark> {
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
  const mark =
    spec.objectKey === undefined
      ? await drawText(spec, fit)
      : await decodePicture(spec.objectKey, watermarks?.get(spec.objectKey), fit, limits, timeoutSeconds);
  const { data, info } = await mark
    .ensureAlpha()
    .timeout({ seconds: timeoutSeconds })
    .raw()
    .toBuffer({ resolveWithObject: true });
  for (let alpha = 3; alpha < data.length; alpha += 4)
    data[alpha] = Math.round((data[alpha] ?? 0) * spec.opacity);
  const { width, height } = info;
  return { data, width, height, ...placeOf(spec.gravity, size, info, margin) };
}

/** Lays the mark over a picture, of an animation over each frame. */
export async function applyWatermark(
  image: Sharp,
  { data, left, top, width, height }: Watermark,
  size: Size,
  frames: number,
): Promise<Sharp> {
  const raw = { width, height, channels: 4 as const };
  if (frames === 1) return image.composite([{ input: data, raw, left, top }]);
  // The frames lie one below the other: a mark as large as a frame is laid over them like tiles.
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

async function drawText({ text = '', color }: WatermarkSpec, fit: Fit): Promise<Sharp> {
  const draw = (dpi: number) =>
    sharp({
      text: {
        text: `<span foreground="${color}">${escapeXml(text)}</span>`,
        font: 'sans bold',
        dpi,
        rgba: true,
      },
    });
  try {
    const { width, height } = await draw(firstDpi).metadata();
    const size = fit({ width, height });
    const dpi = Math.min(mostDpi, Math.max(firstDpi, Math.round((firstDpi * size.width) / width)));
    const { data, info } = await draw(dpi).raw().toBuffer({ resolveWithObject: true });
    if (data.every((value, at) => at % 4 < 3 || value === 0)) throw new Error('nothing was drawn');
    return sharp(data, { raw: { width: info.width, height: info.height, channels: 4 } }).resize({
      ...size,
      fit: 'fill',
    });
  } catch (thrown) {
    throw unusable('its text cannot be drawn; is a font installed on the worker?', thrown);
  }
}

async function decodePicture(
  objectKey: string,
  file: string | LandfallError | undefined,
  fit: Fit,
  limits: ImageLimits,
  timeoutSeconds: number,
): Promise<Sharp> {
  if (file === undefined) throw unusable(`${objectKey} was not fetched`);
  if (typeof file !== 'string') throw unusable(`${objectKey}: ${file.message}`, file);
  const own = { ...limits, maxPixels: Math.min(limits.maxPixels, maxPixels) };
  try {
    const header = await readImageHeader(file, own);
    return fromBaseImage(await decodeBaseImage(file, header, fit(header), own, timeoutSeconds));
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
