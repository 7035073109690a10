/** What several rounds gave: their middle and their ends. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @throws Error when there are no values */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new Error('there is nothing to take the median of');
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => sorted.at(index) ?? Number.NaN;
  const upper = Math.floor(sorted.length / 2);
  const lower = sorted.length % 2 === 0 ? upper - 1 : upper;
  return { median: rounded((at(lower) + at(upper)) / 2), min: rounded(at(0)), max: rounded(at(-1)) };
}

/**
 * The ratio of each round, in which both met the same machine with the same neighbours; never the ratio of two medians.
 * @throws Error when the rounds do not match
 */
export function ratioOf(ours: readonly number[], theirs: readonly number[]): Spread {
  if (ours.length !== theirs.length) throw new Error(`${ours.length} rounds against ${theirs.length}`);
  return spreadOf(ours.map((value, round) => value / (theirs[round] ?? Number.NaN)));
}

/** Four digits are more than any of these measurements is good for. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** `0.93 (0.90–0.95)` */
export function showSpread({ median, min, max }: Spread, digits: number): string {
  const show = (value: number) =>
    value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${show(median)} (${show(min)}–${show(max)})`;
}
