import type { Machine } from './machine.js';
import { type Spread, showSpread } from './spread.js';

/** One line of the output of `npm run bench -- NAME --json`. */
export interface Result {
  readonly name: string;
  readonly ratios: Readonly<Record<string, Spread>>;
  readonly machine: Machine;
}

/** A ratio that occurs in two results. */
export interface Comparison {
  readonly benchmark: string;
  readonly ratio: string;
  readonly before: Spread;
  readonly after: Spread;
  /**
   * Whether each median lies outside the spread of the other, so that the change exceeds the variation between
   * rounds.
   */
  readonly moved: boolean;
}

/**
 * Parses a file of JSON lines, one per benchmark. If a benchmark occurs twice, the later line counts.
 * @throws Error with the number of an invalid line
 */
export function readResults(text: string): Result[] {
  const results = new Map<string, Result>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    try {
      const result = JSON.parse(line) as Result;
      if (typeof result.name !== 'string' || typeof result.ratios !== 'object')
        throw new Error('no name or no ratios');
      results.set(result.name, result);
    } catch (cause) {
      throw new Error(`line ${index + 1} is not a result of a benchmark: ${line.slice(0, 80)}`, { cause });
    }
  }
  return [...results.values()];
}

/** Compares the ratios that occur in both, in the order of the first. */
export function compareResults(before: readonly Result[], after: readonly Result[]): Comparison[] {
  return before.flatMap(({ name, ratios }) => {
    const later = after.find((result) => result.name === name)?.ratios ?? {};
    return Object.entries(ratios).flatMap(([ratio, old]) => {
      const now = later[ratio];
      if (!now) return [];
      const moved = !isWithin(old.median, now) && !isWithin(now.median, old);
      return [{ benchmark: name, ratio, before: old, after: now, moved }];
    });
  });
}

function isWithin(value: number, { min, max }: Spread): boolean {
  return value >= min && value <= max;
}

/** A table of the ratios that moved, with column names in its first row, and a note with their number. */
export function tellComparison(comparisons: readonly Comparison[]): { table: string[][]; note: string } {
  const moved = comparisons.filter((one) => one.moved);
  return {
    table: [
      ['benchmark', 'ratio', 'before: median (min–max)', 'after', 'change'],
      ...moved.map(({ benchmark, ratio, before, after }) => [
        benchmark,
        ratio,
        showSpread(before, 2),
        showSpread(after, 2),
        tellChange(after.median / before.median - 1),
      ]),
    ],
    note: `${moved.length} of ${comparisons.length} ratios moved beyond the spread of their rounds`,
  };
}

function tellChange(share: number): string {
  return `${share > 0 ? '+' : '−'}${Math.abs(share * 100).toFixed(0)} %`;
}
