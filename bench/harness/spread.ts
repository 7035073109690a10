/** Median and range over several rounds. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @throws Error if there are no values */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new Error('there is nothing to take the median of');
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => sorted.at(index) ?? Number.NaN;
  const upper = Math.floor(sorted.length / 2);
  const lower = sorted.length % 2 === 0 ? upper - 1 : upper;
  return { median: rounded((at(lower) + at(upper)) / 2), min: rounded(at(0)), max: rounded(at(-1)) };
}

/**
 * The spread of the ratios of each round, in which both ran under the same conditions; never the ratio of two
 * medians.
 * @throws Error if the numbers of rounds differ
 */
export function ratioOf(ours: readonly number[], theirs: readonly number[]): Spread {
  if (ours.length !== theirs.length) throw new Error(`${ours.length} rounds against ${theirs.length}`);
  return spreadOf(ours.map((value, round) => value / (theirs[round] ?? Number.NaN)));
}

/** Rounds to four digits; none of these measurements is more precise. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** Formats as `0.93 (0.90–0.95)`. */
export function showSpread({ median, min, max }: Spread, digits: number): string {
  const show = (value: number) =>
    value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${show(median)} (${show(min)}–${show(max)})`;
}
