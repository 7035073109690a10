import { decodeBaseImage, fromBaseImage, type BaseImage } from './base-image.js';
import { outputFormats } from './output-formats.js';
import { toImageError } from './image-errors.js';
import { readImageHeader, type ImageLimits } from './image-header.js';
import { makePlaceholder, placeholderSide, type Placeholder } from './placeholder.js';
import {
  renditionScale,
  renditionSize,
  scaleSize,
  type ImageRenditionSpec,
  type Size,
} from './rendition-size.js';
import { WorkTime } from './work-time.js';

export interface RenderedImage {
  name: string;
  data: Buffer;
  mimeType: string;
  /** Pixels. */
  width: number;
  height: number;
}

/** Encodes that run side by side: three renditions then take as long as the largest. Node's fourth thread stays free. */
const encodesAtOnce = 3;

/**
 * Decodes `file` once, at the largest size that `specs` ask for, and makes every rendition from those pixels: upright,
 * sRGB, 8 bits, no metadata, never enlarged, of an animation the first frame. By measurement a smaller rendition made
 * from the base is as near to the original as one made from the file, down to a step of 1.07 to 1.
 *
 * Renditions are handed over in the order of `specs`, each as soon as it is made; the next ones are encoded meanwhile.
 * `limits.timeoutMs` bounds the image work, not what `onRendition` does. Fails with media.unsupported, media.damaged,
 * media.too_many_pixels, media.timed_out, media.encoder_failed, the signal's reason, or what `onRendition` throws.
 */
export async function renderImages(
  file: string,
  specs: readonly ImageRenditionSpec[],
  limits: ImageLimits,
  signal: AbortSignal,
  onRendition: (image: RenderedImage) => Promise<void>,
): Promise<Placeholder> {
  signal.throwIfAborted();
  const time = new WorkTime(limits.timeoutMs, signal);
  const header = await time.wait(readImageHeader(file, limits));
  const size = baseSize(header, specs);
  const base = await time.wait(decodeBaseImage(file, header, size, limits, time.leftSeconds));

  const placeholder = startEarly(makePlaceholder(base, time.leftSeconds));
  const waiting = [...specs];
  const running: Promise<RenderedImage>[] = [];
  const startNext = () => {
    const spec = waiting.shift();
    if (spec) running.push(startEarly(encodeRendition(base, header, spec, time.leftSeconds)));
  };
  for (let started = 0; started < encodesAtOnce; started++) startNext();
  for (let next = running.shift(); next; next = running.shift()) {
    const image = await time.wait(next);
    startNext();
    await onRendition(image);
  }
  return await time.wait(placeholder);
}

/** Work that is awaited later: should it fail before that, the process must not take it for an unhandled rejection. */
function startEarly<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}

/** The largest of the sizes that the renditions and the placeholder need. */
function baseSize(source: Size, specs: readonly ImageRenditionSpec[]): Size {
  const forPlaceholder = Math.min(1, placeholderSide / Math.max(source.width, source.height));
  return scaleSize(source, Math.max(forPlaceholder, ...specs.map((spec) => renditionScale(source, spec))));
}

async function encodeRendition(
  base: BaseImage,
  source: Size,
  spec: ImageRenditionSpec,
  timeoutSeconds: number,
): Promise<RenderedImage> {
  const { alpha, encode, mimeType } = outputFormats[spec.format];
  const background = alpha ? { r: 0, g: 0, b: 0, alpha: 0 } : '#ffffff';
  const { width, height } = renditionSize(source, spec);
  const image = fromBaseImage(base).timeout({ seconds: timeoutSeconds });
  if (!alpha) image.flatten({ background });
  image.resize(
    width,
    height,
    spec.fit === 'contain'
      ? { fit: 'contain', background, withoutEnlargement: true }
      : { fit: spec.fit === 'cover' ? 'cover' : 'fill' },
  );
  try {
    const { data, info } = await encode(image, spec.quality).toBuffer({ resolveWithObject: true });
    return { name: spec.name, data, mimeType, width: info.width, height: info.height };
  } catch (thrown) {
    throw toImageError(thrown, 'media.encoder_failed');
  }
}
