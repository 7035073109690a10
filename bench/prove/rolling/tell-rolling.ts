import type { Report } from '../../harness/report.js';
import { findingNames } from '../count/findings.js';
import type { Kind } from './fleet.js';
import type { RollingOptions, RollingOutcome } from './prove-rolling.js';

/** Formats the result for people and for `--json`. */
export function tellRolling(
  outcome: RollingOutcome,
  { uploads, seed, perSecond, other }: Pick<RollingOptions, 'uploads' | 'seed' | 'perSecond' | 'other'>,
): Report {
  const { backend, totals, findings, leftovers, calls, followed, jobs, holds } = outcome;
  const found = findingNames.flatMap((name) => findings[name].what.map((what) => `${name}: ${what}`));
  return {
    name: `rolling ${other ? 'upgrade' : 'restart'}, queue on ${backend}: ${holds ? 'holds' : 'DOES NOT HOLD'}`,
    ratios: {},
    facts: { uploads, seed, perSecond, isUpgrade: other !== null, ...outcome },
    tables: [
      [
        [
          'restarts',
          'times',
          'ready after s, median',
          'worst',
          'the one before ended after s, median',
          'worst',
        ],
        ...(['api', 'worker'] as const).map((kind) => tellRestarts(outcome, kind)),
      ],
      [
        ['seen', ''],
        ['uploads, answered 200', show(totals.answered200)],
        ['ready, and failed being damaged', show(totals.ready + totals.failed)],
        ['API requests of callers', show(calls.made)],
        ['… the longest took ms', show(Math.round(calls.worstMs))],
        ['events in the stream', show(followed.received)],
        ['events delivered, some again', show(totals.deliveries)],
        ['jobs done', show(jobs.done)],
        ['runs handed back', show(jobs.handedBack)],
      ],
      [
        ['must be 0', ''],
        ['answered 203', show(totals.answered203)],
        ['found by another net than its callback', show(totals.stored - totals.byCallback)],
        ['requests that failed, of callers and uploads', show(calls.failed)],
        ...findingNames.map((name) => [name, show(findings[name].count)]),
        ['events missed, or twice in the stream', show(followed.missed + followed.again)],
        ['jobs done twice, or lost to another worker', show(jobs.doneTwice.length + jobs.lost)],
        ['left behind', show(leftovers.length)],
      ],
      [
        ['stored until ready, s', 'uploads', 'median', '99 %', 'worst'],
        ...outcome.latencies.map(({ source, uploads, medianS, p99S, worstS }) =>
          [source, show(uploads)].concat([medianS, p99S, worstS].map((seconds) => seconds.toFixed(1))),
        ),
      ],
    ],
    notes: [
      `seed ${seed}, ${perSecond} uploads/s: ${outcome.loadS} s of load, ${outcome.settleS} s until all was still`,
      ...outcome.broken,
      ...calls.failures.map((failure) => `request: ${failure}`),
      ...jobs.doneTwice.map((what) => `done twice: ${what}`),
      ...found,
      ...leftovers.map((what) => `left: ${what}`),
      ...(outcome.folder === null ? [] : [`logs and data: ${outcome.folder}`]),
    ],
  };
}

function tellRestarts({ restarts }: RollingOutcome, kind: Kind): string[] {
  const of = restarts.filter((restart) => restart.kind === kind);
  const times = (['readyMs', 'endMs'] as const).flatMap((what) => {
    const sorted = of.map((restart) => restart[what] / 1_000).sort((a, b) => a - b);
    return [sorted[Math.floor(sorted.length / 2)] ?? 0, sorted.at(-1) ?? 0].map((each) => each.toFixed(1));
  });
  return [kind, show(of.length), ...times];
}

function show(count: number): string {
  return count.toLocaleString('en');
}
