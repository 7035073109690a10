import type { Size } from '#media';
import { type Shape, shapeOf } from './planes.js';

/** Linear red, green and blue, 0 to 1, row by row. */
export interface LightPlanes extends Size {
  readonly red: Float32Array;
  readonly green: Float32Array;
  readonly blue: Float32Array;
}

/** Pixels in sRGB, 8 bits, three bytes each. */
export interface RgbPixels extends Size {
  readonly data: Uint8Array;
}

/** The XYB channels: red minus green, brightness, blue minus brightness. */
export type Channel = 'x' | 'y' | 'b';

/** Linear light by sRGB value (IEC 61966-2-1). */
const lightOf = Float32Array.from({ length: 256 }, (_, value) => {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
});
/** Opsin absorbance matrix and bias (ISO/IEC 18181-1): the response of the eye's cones. */
const [longRed, longBlue] = [0.3, 0.078];
const [mediumRed, mediumBlue] = [0.23, 0.078];
const [shortRed, shortGreen] = [0.24342268924547819, 0.20476744424496821];
const bias = 0.0037930732552754493;
const biasRoot = Math.cbrt(bias);
/** A table of biased cube roots for 0 to 1; linear interpolation is accurate to five digits in a fifth of the time. */
const steps = 8_192;
const roots = Float64Array.from(
  { length: steps + 2 },
  (_, step) => Math.cbrt(step / steps + bias) - biasRoot,
);

/**
 * The response of one cone type.
 * @param light 0 to 1
 */
function response(light: number): number {
  const step = light * steps;
  const below = Math.floor(step);
  const from = roots[below] as number;
  return from + (step - below) * ((roots[below + 1] as number) - from);
}

export function toLight({ data, width, height }: RgbPixels): LightPlanes {
  const pixels = width * height;
  const [red, green, blue] = [0, 1, 2].map((channel) => {
    const plane = new Float32Array(pixels);
    for (let pixel = 0; pixel < pixels; pixel += 1)
      plane[pixel] = lightOf[data[pixel * 3 + channel] as number] as number;
    return plane;
  }) as [Float32Array, Float32Array, Float32Array];
  return { width, height, red, green, blue };
}

/** Halves each side by averaging linear light; an odd last row or column counts twice. */
export function halve({ width, height, red, green, blue }: LightPlanes): LightPlanes {
  const [halfWidth, halfHeight] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const [halfRed, halfGreen, halfBlue] = [red, green, blue].map((plane) => {
    const half = new Float32Array(halfWidth * halfHeight);
    for (let y = 0; y < halfHeight; y += 1) {
      const above = 2 * y * width;
      const below = Math.min(2 * y + 1, height - 1) * width;
      for (let x = 0; x < halfWidth; x += 1) {
        const left = 2 * x;
        const right = Math.min(left + 1, width - 1);
        half[y * halfWidth + x] =
          ((plane[above + left] as number) +
            (plane[above + right] as number) +
            (plane[below + left] as number) +
            (plane[below + right] as number)) /
          4;
      }
    }
    return half;
  }) as [Float32Array, Float32Array, Float32Array];
  return { width: halfWidth, height: halfHeight, red: halfRed, green: halfGreen, blue: halfBlue };
}

/** Computes the wanted XYB channels, each shifted and scaled to about 0 to 1. */
export function toXyb(
  { width, height, red, green, blue }: LightPlanes,
  wanted: readonly Channel[],
): { readonly shape: Shape; readonly planes: ReadonlyMap<Channel, Float32Array> } {
  const shape = shapeOf({ width, height });
  const planes = new Map(wanted.map((channel) => [channel, new Float32Array(shape.length)]));
  const [x, y, b] = [planes.get('x'), planes.get('y'), planes.get('b')];
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const from = row * width + column;
      const to = shape.start + row * shape.stride + column;
      const [r, g, s] = [red[from] as number, green[from] as number, blue[from] as number];
      const long = response(longRed * r + (1 - longRed - longBlue) * g + longBlue * s);
      const medium = response(mediumRed * r + (1 - mediumRed - mediumBlue) * g + mediumBlue * s);
      const bright = (long + medium) / 2;
      if (x) x[to] = (long - medium) * 7 + 0.42;
      if (y) y[to] = bright + 0.01;
      if (!b) continue;
      const short = response(shortRed * r + shortGreen * g + (1 - shortRed - shortGreen) * s);
      b[to] = short - bright + 0.55;
    }
  }
  return { shape, planes };
}
