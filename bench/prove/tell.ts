import type { Report } from '../harness/report.js';
import { findingNames } from './count/findings.js';
import type { MadeFault } from './faults/make-faults.js';
import type { Recovery } from './faults/watch.js';
import type { Outcome, ProveOptions } from './prove.js';

/** Formats the result for people and for `--json`. */
export function tellOutcome(
  outcome: Outcome,
  { uploads, seed, perSecond }: Pick<ProveOptions, 'uploads' | 'seed' | 'perSecond'>,
): Report {
  const { backend, totals, findings, leftovers, faults, latencies, holds } = outcome;
  const left = findings.left.count + leftovers.length;
  const found = findingNames.flatMap((name) => findings[name].what.map((what) => `${name}: ${what}`));
  const skipped = faults.filter(({ skipped }) => skipped !== null);
  return {
    name: `prove, queue on ${backend}: ${holds ? 'holds' : 'DOES NOT HOLD'}`,
    ratios: {},
    facts: { uploads, seed, perSecond, ...outcome },
    tables: [
      [
        ['uploads', ''],
        ['made', show(uploads)],
        ['stored by OSS', show(totals.stored)],
        ['answered 200', show(totals.answered200)],
        ['answered 203', show(totals.answered203)],
        ['stored, the answer lost', show(totals.answerLost)],
        ['given up by the client', show(totals.givenUp)],
        ['rows', show(totals.rows)],
        ['… by callback', show(totals.byCallback)],
        ['… by ticket', show(totals.byTicket)],
        ['… by reconcile', show(totals.byReconcile)],
        ['ready', show(totals.ready)],
        ['failed, being damaged', show(totals.failed)],
        ['landings merged', show(totals.merged)],
        ['renditions', show(totals.renditions)],
        ['events', show(totals.events)],
        ['… received, some again', show(totals.deliveries)],
      ],
      [
        ['must be 0', ''],
        ...findingNames.filter((name) => name !== 'left').map((name) => [name, show(findings[name].count)]),
        ['left', show(left)],
      ],
      [
        ['recovered, s: median / worst', 'times', 'callback answered', 'upload ready', 'backlog ready'],
        ...recoveries(faults),
      ],
      [
        ['stored until ready, s', 'uploads', 'median', '99 %', 'worst'],
        ...latencies.map(({ source, uploads, medianS, p99S, worstS }) =>
          [source, show(uploads)].concat([medianS, p99S, worstS].map((seconds) => seconds.toFixed(1))),
        ),
      ],
    ],
    notes: [
      `seed ${seed}, ${perSecond} uploads/s: ${outcome.loadS} s of load, ${outcome.settleS} s until all was still`,
      ...skipped.map(({ name, skipped }) => `skipped: ${name}, ${skipped}`),
      ...Object.entries(outcome.endedByThemselves).map(
        ([name, times]) => `${name} ended by itself ${times} times`,
      ),
      ...found,
      ...leftovers.map((what) => `left: ${what}`),
      ...(outcome.folder === null ? [] : [`logs and data: ${outcome.folder}`]),
    ],
  };
}

function recoveries(faults: readonly MadeFault[]): string[][] {
  const names = [...new Set(faults.map(({ name }) => name))].sort();
  return names.flatMap((name) => {
    const times = faults.flatMap((fault) =>
      fault.name === name && fault.skipped === null ? [fault.recovery] : [],
    );
    if (times.length === 0) return [];
    const measured = (['answeredMs', 'readyMs', 'backlogMs'] as const).map((what) => showTimes(times, what));
    return [[name, show(times.length), ...measured]];
  });
}

/** Formats median and worst; a part that never recovered counts as the worst. */
function showTimes(times: readonly Recovery[], what: keyof Recovery): string {
  const sorted = times.map((recovery) => recovery[what] ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  const at = (index: number) => {
    const ms = sorted.at(index) ?? Number.POSITIVE_INFINITY;
    return Number.isFinite(ms) ? (ms / 1_000).toFixed(1) : 'never';
  };
  return `${at(Math.floor((sorted.length - 1) / 2))} / ${at(-1)}`;
}

function show(count: number): string {
  return count.toLocaleString('en');
}
