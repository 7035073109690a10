import type { CropStep, Gravity } from './image-task.ts';
import { ImageFailure } from './image-failure.ts';
import type { Size } from './target-size.ts';

export interface Area extends Size {
  readonly left: number;
  readonly top: number;
}

/** Fractions of the free space to the left of and above the area. */
const places: Record<Gravity, readonly [across: number, down: number]> = {
  nw: [0, 0],
  north: [0.5, 0],
  ne: [1, 0],
  west: [0, 0.5],
  center: [0.5, 0.5],
  east: [1, 0.5],
  sw: [0, 1],
  south: [0.5, 1],
  se: [1, 1],
};

/**
 * The area that `image/crop` keeps, clipped to the image. x and y are offsets from the position that `g` names
 * (assumed: to the right and down).
 * @throws ImageFailure cutIsOutside
 */
export function cropArea(step: CropStep, source: Size): Area {
  const width = Math.min(step.width || source.width, source.width);
  const height = Math.min(step.height || source.height, source.height);
  const [across, down] = places[step.gravity];
  const left = Math.floor((source.width - width) * across) + step.x;
  const top = Math.floor((source.height - height) * down) + step.y;
  if (left >= source.width || top >= source.height) throw new ImageFailure('cutIsOutside');
  return {
    left,
    top,
    width: Math.min(width, source.width - left),
    height: Math.min(height, source.height - top),
  };
}

/** The area of one slice of `image/indexcrop`; the whole image if there is no such slice. */
export function sliceArea(axis: 'x' | 'y', length: number, index: number, source: Size): Area {
  const whole = { left: 0, top: 0, ...source };
  const start = length * index;
  if (start >= (axis === 'x' ? source.width : source.height)) return whole;
  return axis === 'x'
    ? { ...whole, left: start, width: Math.min(length, source.width - start) }
    : { ...whole, top: start, height: Math.min(length, source.height - start) };
}

/** The bounding square of the circle of `image/circle`, with the radius reduced to what fits. */
export function circleArea(radius: number, source: Size): Area {
  const most = Math.floor((Math.min(source.width, source.height) - 1) / 2);
  const side = Math.min(radius, most) * 2 + 1;
  return {
    left: Math.floor((source.width - side) / 2),
    top: Math.floor((source.height - side) / 2),
    width: side,
    height: side,
  };
}
