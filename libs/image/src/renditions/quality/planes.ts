import type { Size } from '#media';

/** Radius of the blur, in pixels. */
const reach = 4;
/**
 * Half of the blur kernel, from its centre: a Gaussian of sigma 1.5, approximated by three cosines truncated after five
 * pixels (Charalampidis, "Recursive Implementation of the Gaussian Filter Using Truncated Cosine Functions", 2016), as
 * the metric was tuned with. The tap at a distance of five pixels is zero.
 */
const taps = [
  0.26462110548819856, 0.21292859201042222, 0.1093353727774603, 0.03601111465836436, 0.00941436780965,
];

/** The layout of a plane: rows padded with zeros at their end, between zero rows; pixels outside the picture count as zero. */
export interface Shape extends Size {
  /** Offset from one row to the next. */
  readonly stride: number;
  /** Offset of the first pixel. */
  readonly start: number;
  readonly length: number;
}

export function shapeOf({ width, height }: Size): Shape {
  const stride = width + reach;
  const start = reach * stride + reach;
  return { width, height, stride, start, length: start + (height + reach) * stride + reach };
}

/**
 * Blurs a plane into `blurred`. The margin of `plane` must be zero; that of the result is undefined.
 * @param between scratch space
 */
export function blur(
  plane: Float32Array,
  { stride, start, height }: Shape,
  between: Float32Array,
  blurred: Float32Array,
): Float32Array {
  const [t0, t1, t2, t3, t4] = taps as [number, number, number, number, number];
  const end = start + height * stride;
  const at = (from: Float32Array, index: number): number => from[index] as number;
  for (let index = start; index < end; index += 1) {
    between[index] =
      t0 * at(plane, index) +
      t1 * (at(plane, index - 1) + at(plane, index + 1)) +
      t2 * (at(plane, index - 2) + at(plane, index + 2)) +
      t3 * (at(plane, index - 3) + at(plane, index + 3)) +
      t4 * (at(plane, index - 4) + at(plane, index + 4));
  }
  for (let index = start; index < end; index += 1) {
    blurred[index] =
      t0 * at(between, index) +
      t1 * (at(between, index - stride) + at(between, index + stride)) +
      t2 * (at(between, index - 2 * stride) + at(between, index + 2 * stride)) +
      t3 * (at(between, index - 3 * stride) + at(between, index + 3 * stride)) +
      t4 * (at(between, index - 4 * stride) + at(between, index + 4 * stride));
  }
  return blurred;
}

/** Multiplies two planes pixel by pixel into `made`. */
export function product(one: Float32Array, other: Float32Array, made: Float32Array): Float32Array {
  for (let index = 0; index < made.length; index += 1)
    made[index] = (one[index] as number) * (other[index] as number);
  return made;
}
