import sharp, { type Sharp } from 'sharp';
import { circleArea, cropArea, sliceArea, type Area } from './cut-area.ts';
import { ImageFailure } from './image-failure.ts';
import type { ImageStep } from './image-task.ts';
import { roundedMask } from './rounded-mask.ts';
import { targetSize, type Size } from './target-size.ts';

/** OSS does not rotate larger images. */
const maxRotatedSide = 4_096;

/** An image between processing steps. */
export interface Picture {
  readonly image: Sharp;
  /** Size of one frame. */
  readonly size: Size;
}

/**
 * Applies one action to a decoded picture; undefined if it changes nothing.
 * @throws ImageFailure
 */
export function applyStep(step: ImageStep, { image, size }: Picture): Picture | Promise<Picture> | undefined {
  switch (step.action) {
    case 'resize': {
      const target = targetSize(step, size);
      if (!target) return undefined;
      const { width, height, fit } = target;
      return { image: image.resize(width, height, { fit, background: `#${step.padColor}` }), size: target };
    }
    case 'crop':
      return cut(image, cropArea(step, size));
    case 'indexcrop':
      return cut(image, sliceArea(step.axis, step.length, step.index, size));
    case 'circle': {
      const square = cut(image, circleArea(step.radius, size));
      return roundOff(square, square.size.width / 2);
    }
    case 'rounded-corners':
      return roundOff({ image, size }, step.radius);
    case 'rotate':
      return rotate({ image, size }, step.degrees);
  }
}

function cut(image: Sharp, area: Area): Picture {
  return { image: image.extract(area), size: area };
}

function roundOff({ image, size }: Picture, radius: number): Promise<Picture> {
  const raw = { width: size.width, height: size.height, channels: 4 } as const;
  const mask = { input: roundedMask(size, radius), raw, blend: 'dest-in' } as const;
  // Rendered to pixels now: for JPEG output sharp would otherwise flatten onto white before it applies the mask.
  return toPixels(image.ensureAlpha().composite([mask]));
}

async function rotate({ image, size }: Picture, degrees: number): Promise<Picture> {
  if (Math.max(size.width, size.height) > maxRotatedSide) throw new ImageFailure('sourceIsTooWideToRotate');
  const turned = image.rotate(degrees, { background: '#ffffff' });
  if (degrees % 180 === 0) return { image: turned, size };
  if (degrees % 90 === 0) return { image: turned, size: { width: size.height, height: size.width } };
  return toPixels(turned);
}

/** Renders the picture to pixels, because sharp applies the operations of one pipeline in its own order. */
export async function toPixels(image: Sharp, frameHeight?: number): Promise<Picture> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const isAnimated = frameHeight !== undefined && frameHeight < height;
  const raw = { width, height, channels, ...(isAnimated && { pageHeight: frameHeight }) };
  return {
    image: sharp(data, { raw, animated: isAnimated }),
    size: { width, height: frameHeight ?? height },
  };
}
