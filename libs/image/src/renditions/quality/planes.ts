import type { Size } from '#media';

/** How far the blur reaches, in pixels. */
const reach = 4;
/**
 * Half of the window of the blur, from its middle: a Gaussian of sigma 1.5, made of three cosines that are cut off after five pixels
 * (Charalampidis, "Recursive Implementation of the Gaussian Filter Using Truncated Cosine Functions", 2016), which is what the
 * measure was tuned with. The fifth is zero.
 */
const taps = [
  0.26462110548819856, 0.21292859201042222, 0.1093353727774603, 0.03601111465836436, 0.00941436780965,
];

/** The shape of a plane: its rows, each with zeros behind it, between rows of zeros. What lies outside of a picture counts as zero. */
export interface Shape extends Size {
  /** From one row to the next. */
  readonly stride: number;
  /** Of the first pixel. */
  readonly start: number;
  readonly length: number;
}

export function shapeOf({ width, height }: Size): Shape {
  const stride = width + reach;
  const start = reach * stride + reach;
  return { width, height, stride, start, length: start + (height + reach) * stride + reach };
}

/**
 * Blurs a plane into `blurred`; its margin must be zero. The margin of the result has no meaning.
 * @param between is overwritten
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

/** One plane times another into `made`, pixel by pixel. */
export function product(one: Float32Array, other: Float32Array, made: Float32Array): Float32Array {
  for (let index = 0; index < made.length; index += 1)
    made[index] = (one[index] as number) * (other[index] as number);
  return made;
}
