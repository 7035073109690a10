/** What an encode takes, and how like the source it looks. */
export interface RatePoint {
  readonly kbps: number;
  /** SSIM of brightness at the source's size, 0 to 1. */
  readonly ssim: number;
}

/** SSIM in decibels of what is lacking: equal steps of it take about equal shares of bits. */
const decibels = ({ ssim }: RatePoint) => -10 * Math.log10(Math.max(1e-6, 1 - ssim));

/**
 * The bitrate at which a curve has a quality: between two of its points, and beyond its ends along the last two, in the logarithm of
 * the bitrate.
 *
 * @param curve at least two points; one that takes more for less is passed over
 */
export function rateAt(curve: readonly RatePoint[], quality: RatePoint): number {
  const hull: RatePoint[] = [];
  for (const point of curve.toSorted((one, other) => one.kbps - other.kbps)) {
    const before = hull.at(-1);
    if (!before || decibels(point) > decibels(before)) hull.push(point);
  }
  if (hull.length < 2) throw new Error('a curve needs two points of different quality');
  const wanted = decibels(quality);
  const next = hull.findIndex((point) => decibels(point) >= wanted);
  const upper = next === -1 ? hull.length - 1 : Math.max(1, next);
  const [from, to] = [hull[upper - 1], hull[upper]] as [RatePoint, RatePoint];
  const way = (wanted - decibels(from)) / (decibels(to) - decibels(from));
  return from.kbps * (to.kbps / from.kbps) ** way;
}

/** The geometric mean. */
export function meanOfRatios(ratios: readonly number[]): number {
  return Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
}
