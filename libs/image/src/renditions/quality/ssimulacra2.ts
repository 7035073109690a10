import { blur, product, type Shape } from './planes.js';
import { type Channel, halve, type LightPlanes, type RgbPixels, toLight, toXyb } from './opsin.js';

/** Weights of the mean and of the fourth-power mean of an error over all pixels. */
type Norms = readonly [mean: number, fourth: number];

/** The weighted errors of one channel at one scale. */
interface Term {
  readonly channel: Channel;
  /** Differing structure. */
  readonly structure: Norms;
  /** Edges where the original is smooth: blocking, ringing, banding. */
  readonly added: Norms;
  /** Edges that were smoothed out. */
  readonly lost: Norms;
}

const none: Norms = [0, 0];
const term = (channel: Channel, structure: Norms, added = none, lost = none): Term => ({
  channel,
  structure,
  added,
  lost,
});

/**
 * The weights of SSIMULACRA 2.1 (Cloudinary, BSD-3-Clause), by scale from full size down, halving each time. Weights
 * below 0.01 are omitted, which changes scores up to 80 by less than 0.2 and saves most channels at full size, the
 * slowest, and the whole sixth scale.
 */
const scales: readonly (readonly Term[])[] = [
  [term('y', [0, 7.466890328078848], none, [0, 17.445833984131262])],
  [term('x', [0, 1.1041726426657346]), term('y', [0, 6.683678146179332], none, [0, 1.027889937768264])],
  [
    term('x', [0, 1.8422455520539298], [0, 11.441172603757666]),
    term('y', [225.20515300849274, 19.213238186143016]),
  ],
  [
    term('x', [0, 1.8787594979546387], [0, 10.94906990605142]),
    term('y', [176.39317598450694, 24.43300999870476], [0, 0.28520802612117757]),
    term('b', [0, 8.826982764996862], [0, 23.19243343998926]),
  ],
  [
    term('x', none, [0.9677937080626833, 0.9981766977854967]),
    term('y', [0, 34.77906344483772], [0, 44.835625328877896]),
    term(
      'b',
      [95.1080498811086, 0],
      [0.9863978034400682, 171.2667255897307],
      [0.9834382792465353, 0.9807858872435379],
    ),
  ],
];

/** Minimum side for all scales, in pixels. */
export const measurableSide = 64;

/** A channel of the original at one scale. */
interface Known {
  readonly term: Term;
  readonly shape: Shape;
  readonly plane: Float32Array;
  readonly blurred: Float32Array;
  /** The blurred square of the plane. */
  readonly square: Float32Array;
  readonly scratch: Scratch;
}

/** Scratch planes shared by the channels of a scale. */
interface Scratch {
  readonly between: Float32Array;
  readonly product: Float32Array;
  readonly mean: Float32Array;
  readonly own: Float32Array;
  readonly both: Float32Array;
}

/**
 * Measures visual similarity by SSIMULACRA 2.1: 100 for identical pictures, lower the more differs. At 90 no difference
 * is visible even when the pictures alternate in place, at 70 hardly any side by side, at 50 it becomes disturbing.
 * Each side must have at least `measurableSide` pixels.
 * @returns a function that scores another version of `original` of the same size
 */
export function compareWith(original: RgbPixels): (version: RgbPixels) => number {
  const known = scalesOf(original).flatMap(({ shape, planes }, index) => {
    const plane = () => new Float32Array(shape.length);
    const scratch = { between: plane(), product: plane(), mean: plane(), own: plane(), both: plane() };
    return (scales[index] ?? []).map((term): Known => {
      const own = planes.get(term.channel) ?? plane();
      const blurred = blur(own, shape, scratch.between, plane());
      const square = blur(product(own, own, scratch.product), shape, scratch.between, plane());
      return { term, shape, plane: own, blurred, square, scratch };
    });
  });
  return (version) => {
    const planes = scalesOf(version).flatMap(({ planes: ofScale }) => Array.from(ofScale.values()));
    return toScore(planes.reduce((error, plane, index) => error + errorIn(known[index] as Known, plane), 0));
  };
}

/** The planes of each scale, in the order of its terms. */
function scalesOf(pixels: RgbPixels) {
  let light: LightPlanes = toLight(pixels);
  return scales.map((terms, index) => {
    if (index > 0) light = halve(light);
    return toXyb(
      light,
      terms.map(({ channel }) => channel),
    );
  });
}

function errorIn({ term, shape, plane, blurred, square, scratch }: Known, version: Float32Array): number {
  const { structure, added, lost } = term;
  const mean = blur(version, shape, scratch.between, scratch.mean);
  let error = 0;
  if (structure !== none) {
    const own = blur(product(version, version, scratch.product), shape, scratch.between, scratch.own);
    const both = blur(product(plane, version, scratch.product), shape, scratch.between, scratch.both);
    error += weigh(structure, structureErrors({ shape, blurred, square, mean, own, both }));
  }
  if (added === none && lost === none) return error;
  const edges = edgeErrors(shape, [plane, blurred], [version, mean]);
  return error + weigh(added, edges.added) + weigh(lost, edges.lost);
}

/** The weighted sum of an error's mean and its fourth-power mean. */
function weigh([mean, fourth]: Norms, [first, power]: Norms): number {
  return mean * first + fourth * power ** 0.25;
}

interface Moments {
  readonly shape: Shape;
  readonly blurred: Float32Array;
  readonly square: Float32Array;
  readonly mean: Float32Array;
  readonly own: Float32Array;
  readonly both: Float32Array;
}

/** SSIM without the term that favours bright pixels, as an error. */
function structureErrors({ shape, blurred, square, mean, own, both }: Moments): Norms {
  const steady = 0.0009;
  let [sum, power] = [0, 0];
  for (let row = 0; row < shape.height; row += 1) {
    const from = shape.start + row * shape.stride;
    for (let at = from; at < from + shape.width; at += 1) {
      const [m1, m2] = [blurred[at] as number, mean[at] as number];
      const shared = 2 * ((both[at] as number) - m1 * m2) + steady;
      const spread = (square[at] as number) - m1 * m1 + ((own[at] as number) - m2 * m2) + steady;
      const error = Math.max(0, 1 - ((1 - (m1 - m2) * (m1 - m2)) * shared) / spread);
      sum += error;
      power += fourth(error);
    }
  }
  const pixels = shape.width * shape.height;
  return [sum / pixels, power / pixels];
}

function edgeErrors(
  shape: Shape,
  [plane, blurred]: readonly [Float32Array, Float32Array],
  [version, mean]: readonly [Float32Array, Float32Array],
): { added: Norms; lost: Norms } {
  let [added, addedPower, lost, lostPower] = [0, 0, 0, 0];
  for (let row = 0; row < shape.height; row += 1) {
    const from = shape.start + row * shape.stride;
    for (let at = from; at < from + shape.width; at += 1) {
      const now = 1 + Math.abs((version[at] as number) - (mean[at] as number));
      const before = 1 + Math.abs((plane[at] as number) - (blurred[at] as number));
      const change = now / before - 1;
      if (change > 0) {
        added += change;
        addedPower += fourth(change);
      } else {
        lost -= change;
        lostPower += fourth(change);
      }
    }
  }
  const pixels = shape.width * shape.height;
  return { added: [added / pixels, addedPower / pixels], lost: [lost / pixels, lostPower / pixels] };
}

/** The fourth power; several times faster than `**`, for which V8 calls `pow`. */
function fourth(value: number): number {
  const square = value * value;
  return square * square;
}

/** Maps the error to the scale of the opinion scores that the metric was tuned to. */
function toScore(error: number): number {
  const scaled = error * 0.9562382616834844;
  const remapped =
    2.326765642916932 * scaled - 0.020884521182843837 * scaled ** 2 + 6.248496625763138e-5 * scaled ** 3;
  return remapped > 0 ? 100 - 10 * remapped ** 0.6276336467831387 : 100;
}
