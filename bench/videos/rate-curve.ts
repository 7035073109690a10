/** The bitrate of an encode and its similarity to the source. */
export interface RatePoint {
  readonly kbps: number;
  /** SSIM of luma at the source's size, 0 to 1. */
  readonly ssim: number;
}

/** SSIM in decibels: on this scale, equal steps cost roughly equal relative increases in bitrate. */
const decibels = ({ ssim }: RatePoint) => -10 * Math.log10(Math.max(1e-6, 1 - ssim));

/**
 * The bitrate at which a curve reaches a quality, interpolated in the logarithm of the bitrate, and extrapolated
 * beyond its ends along the nearest segment.
 * @param curve at least two points; points with a higher bitrate but no better quality are ignored
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
