/** What a comparison can find. */
export const findings = ['missing', 'recent', 'gone', 'unmade', 'orphaned'] as const;
export type Finding = (typeof findings)[number];

/** How many of each were found, and the first of them. */
export interface Findings {
  /** Objects that were looked at. */
  looked: number;
  /** Whether lines of an inventory report were not in the order of their keys: then uploads without an object were not looked for. */
  isUnordered: boolean;
  /**
   * `missing`: objects that have no upload. `recent`: such objects too, but so young that their
   * callback may be under way: the next run registers them. `gone`: uploads whose object is not listed. `unmade`:
   * renditions that are ready and whose object is not listed. `orphaned`: objects below the
   * rendition prefix that no row names.
   */
  counts: Record<Finding, number>;
  /** Keys, at most `examplesMax` of each. */
  examples: Record<Finding, string[]>;
}

const examplesMax = 100;

export function noFindings(): Findings {
  return {
    looked: 0,
    isUnordered: false,
    counts: { missing: 0, recent: 0, gone: 0, unmade: 0, orphaned: 0 },
    examples: { missing: [], recent: [], gone: [], unmade: [], orphaned: [] },
  };
}

/** Counts what was found, and keeps the first keys. */
export function addFindings(found: Findings, finding: Finding, keys: readonly string[]): void {
  found.counts[finding] += keys.length;
  const kept = found.examples[finding];
  kept.push(...keys.slice(0, Math.max(0, examplesMax - kept.length)));
}
