import type { BenchmarkOptions } from '../harness/benchmark.js';
import { connections, type Measurement, openCallbackRange } from './callback-range.js';
import { openBareFastify, openLandfall } from './contestants.js';
import { startProgram } from '../harness/program.js';
import type { Report } from '../harness/report.js';
import { ratioOf, showSpread, spreadOf } from '../harness/spread.js';

const ratesPerSecond = [1_000, 5_000] as const;
/** Alone, and next to a process that keeps one core busy. */
const conditions = [false, true].flatMap((isBusy) =>
  ratesPerSecond.map((ratePerSecond) => ({ ratePerSecond, isBusy })),
);
const names = ['landfall', 'bareFastify'] as const;
type Name = (typeof names)[number];

/** Latency of callbacks at a steady rate, compared to the bare reference. */
export async function measureSteadyRates({
  rounds,
  seconds,
  signal,
  say,
}: BenchmarkOptions): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const range = await openCallbackRange(stack, Math.ceil(15_000 * Math.max(seconds, 3)), say);
  const contestants = [
    stack.use(await openLandfall(range.surroundings)),
    stack.use(await openBareFastify(range.surroundings)),
  ];
  for (const contestant of contestants) await range.warmUp(contestant);

  const measured = conditions.map(({ ratePerSecond, isBusy }) => ({
    ratePerSecond,
    isBusy,
    rounds: { landfall: [], bareFastify: [] } as Record<Name, Measurement[]>,
  }));
  for (let round = 1; round <= rounds; round += 1) {
    for (const { ratePerSecond, isBusy, rounds: results } of measured) {
      await using neighbour = new AsyncDisposableStack();
      if (isBusy) neighbour.use(await startProgram('busyCore', 'bench/callbacks/busy-core.js'));
      for (const contestant of round % 2 === 1 ? contestants : contestants.toReversed()) {
        signal.throwIfAborted();
        const name = contestant.program.name as Name;
        const result = await range.measure(contestant, { seconds, ratePerSecond });
        results[name].push(result);
        say(
          `round ${round} of ${rounds}: ${name} ${nameOf({ ratePerSecond, isBusy })}: p99 ${result.p99Ms.toFixed(1)} ms`,
        );
      }
    }
  }

  const ratios = measured.map(({ rounds: { landfall, bareFastify }, ...condition }) => {
    const against = (pick: (round: Measurement) => number) =>
      ratioOf(landfall.map(pick), bareFastify.map(pick));
    return { ...condition, p50: against(p50), p99: against(p99), cpu: against(cpuPerRequest) };
  });
  return {
    name: 'callbacks-steady',
    ratios: Object.fromEntries(
      ratios.map((ratio) => [
        `p99At${ratio.ratePerSecond}${ratio.isBusy ? 'BesideBusyCore' : ''}`,
        ratio.p99,
      ]),
    ),
    facts: { settings: { rounds, seconds, connections }, measured },
    tables: [
      [
        ['', 'callbacks', 'p50 ms: median (min–max)', 'p99 ms', 'longest ms', 'answered/s'],
        ...measured.flatMap(({ rounds: results, ...condition }) =>
          names.map((name) => [
            name,
            nameOf(condition),
            showSpread(spreadOf(results[name].map(p50)), 1),
            showSpread(spreadOf(results[name].map(p99)), 1),
            showSpread(spreadOf(results[name].map((round) => round.maxMs)), 0),
            showSpread(spreadOf(results[name].map((round) => round.requestsPerSecond)), 0),
          ]),
        ),
      ],
      [
        ['landfall against bareFastify', 'p50 (lower is better)', 'p99', 'CPU/request'],
        ...ratios.map((ratio) => [
          nameOf(ratio),
          showSpread(ratio.p50, 2),
          showSpread(ratio.p99, 2),
          showSpread(ratio.cpu, 2),
        ]),
      ],
    ],
    notes: [
      `${rounds} rounds of ${seconds} s at each rate; no callback was refused, and every upload and job was counted`,
      'a callback is timed from the moment it was due, whatever the server was doing then',
    ],
  };
}

function nameOf({ ratePerSecond, isBusy }: (typeof conditions)[number]): string {
  return `at ${ratePerSecond.toLocaleString('en')}/s${isBusy ? ', one core busy' : ''}`;
}

const p50 = (round: Measurement): number => round.p50Ms;
const p99 = (round: Measurement): number => round.p99Ms;
const cpuPerRequest = (round: Measurement): number => round.cpuPerRequestUs;
