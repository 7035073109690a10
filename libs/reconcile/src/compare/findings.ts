/** The kinds of findings. */
export const findings = ['missing', 'recent', 'gone', 'unmade', 'orphaned'] as const;
export type Finding = (typeof findings)[number];

/** Counts of findings, with the first keys of each kind. */
export interface Findings {
  /** Objects compared. */
  looked: number;
  /** Whether an inventory report was not sorted by key; from that point on `gone` and `unmade` were not looked for. */
  isUnordered: boolean;
  /**
   * `missing`: objects without an upload. `recent`: the same, but so new that their callback may be on its way; the
   * next run registers them. `gone`: uploads whose object is not listed. `unmade`: ready renditions whose object is
   * missing. `orphaned`: objects below the rendition prefix that no row references.
   */
  counts: Record<Finding, number>;
  /** Keys, at most `examplesMax` per kind. */
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

/** Adds to the counts, and keeps the first keys as examples. */
export function addFindings(found: Findings, finding: Finding, keys: readonly string[]): void {
  found.counts[finding] += keys.length;
  const kept = found.examples[finding];
  kept.push(...keys.slice(0, Math.max(0, examplesMax - kept.length)));
}
