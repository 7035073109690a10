import type { ResizeStep } from './image-task.ts';
import { ImageFailure } from './image-failure.ts';

/** OSS's limits for a resized image. */
const maxSide = 16_384;
const maxPixels = 16_777_216;

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A target size, and how an image of another aspect ratio is fitted to it: distorted, cropped or padded. */
export interface Target extends Size {
  readonly fit: 'fill' | 'cover' | 'contain';
}

/**
 * The size that `image/resize` produces; undefined if the image stays as it is. Assumed, since OSS documents neither:
 * an image that would have to be enlarged without `limit_0` is neither cropped nor padded, and `p` does not need
 * `limit_0`.
 * @throws ImageFailure targetIsTooLarge
 */
export function targetSize(step: ResizeStep, source: Size): Target | undefined {
  const target = readTarget(step, source);
  if (!target) return undefined;
  const { width, height } = target;
  if (width > maxSide || height > maxSide || width * height > maxPixels)
    throw new ImageFailure('targetIsTooLarge');
  return target;
}

function readTarget(step: ResizeStep, source: Size): Target | undefined {
  const { mode, percent, mayEnlarge } = step;
  const box = readBox(step, source);
  if (!box) return scaled(source, (percent ?? 100) / 100);
  const ratios = [box.width && box.width / source.width, box.height && box.height / source.height];
  const given = ratios.filter((ratio) => ratio !== undefined);
  if (mode === 'lfit' || mode === 'mfit') {
    const scale = mode === 'lfit' ? Math.min(...given) : Math.max(...given);
    return scale > 1 && !mayEnlarge ? undefined : scaled(source, scale);
  }
  // These modes need both sides; a missing one defaults to the other.
  const width = box.width ?? box.height ?? source.width;
  const height = box.height ?? width;
  const [across, down] = [width / source.width, height / source.height];
  const scale = mode === 'pad' ? Math.min(across, down) : Math.max(across, down);
  if (scale > 1 && !mayEnlarge) return undefined;
  const fit = ({ fixed: 'fill', fill: 'cover', pad: 'contain' } as const)[mode];
  return { width, height, fit };
}

/** The requested sides; undefined if only a percentage is given. */
function readBox(
  { width, height, longSide, shortSide }: ResizeStep,
  source: Size,
): Partial<Size> | undefined {
  const isPortrait = source.height > source.width;
  const box =
    width !== undefined || height !== undefined
      ? { width, height }
      : isPortrait
        ? { width: shortSide, height: longSide }
        : { width: longSide, height: shortSide };
  if (box.width === undefined && box.height === undefined) return undefined;
  return {
    ...(box.width !== undefined && { width: box.width }),
    ...(box.height !== undefined && { height: box.height }),
  };
}

/** Rounds half up, as OSS documents. */
function scaled({ width, height }: Size, scale: number): Target {
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
    fit: 'fill',
  };
}
