import { blur, product, type Shape } from './planes.js';
import { type Channel, halve, type LightPlanes, type RgbPixels, toLight, toXyb } from './opsin.js';

/** Weights of the mean and of the fourth-power mean of an error over all pixels. */
type Norms = readonly [mean: number, fourth: number];

/** What counts in one channel at one scale. */
interface Term {
  readonly channel: Channel;
  /** Structure that differs. */
  readonly structure: Norms;
  /** Edges where the original is smooth: blocks, ringing, bands. */
  readonly added: Norms;
  /** Edges that were smoothed away. */
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
 * SSIMULACRA 2.1's weights (Cloudinary, BSD-3-Clause), from the full size down by halves. Of its 108 those below 0.01 are left out, which
 * changes a score by less than 0.2 up to 80, and with them most channels at full size, where the time goes, and all of the sixth scale.
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

/** Below this a picture has not all scales. */
export const measurableSide = 64;

/** A channel of the original at one scale. */
interface Known {
  readonly term: Term;
  readonly shape: Shape;
  readonly plane: Float32Array;
  readonly blurred: Float32Array;
  /** The blurred square. */
  readonly square: Float32Array;
  readonly scratch: Scratch;
}

/** Planes that the channels of a scale work in, one after the other. */
interface Scratch {
  readonly between: Float32Array;
  readonly product: Float32Array;
  readonly mean: Float32Array;
  readonly own: Float32Array;
  readonly both: Float32Array;
}

/**
 * How alike pictures are to the eye: SSIMULACRA 2.1, a score of 100 for the same picture and less the more can be seen. At 90 no
 * difference is seen even when one picture replaces the other in place, at 70 hardly any side by side, at 50 it begins to disturb.
 * Each side has at least `measurableSide` pixels.
 * @returns gives the score of another version of `original`, of the same size
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

/** The sums of an error and of its fourth power, as means. */
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

/** SSIM without the part that favours bright pixels, as an error. */
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

/** V8 calls its `pow` for `**`, which takes several times as long. */
function fourth(value: number): number {
  const square = value * value;
  return square * square;
}

/** The error on the scale of the opinions that the measure was tuned to. */
function toScore(error: number): number {
  const scaled = error * 0.9562382616834844;
  const remapped =
    2.326765642916932 * scaled - 0.020884521182843837 * scaled ** 2 + 6.248496625763138e-5 * scaled ** 3;
  return remapped > 0 ? 100 - 10 * remapped ** 0.6276336467831387 : 100;
}
