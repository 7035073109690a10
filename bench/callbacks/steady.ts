import type { BenchmarkOptions } from '../harness/benchmark.js';
import { connections, type Measurement, openCallbackRange } from './callback-range.js';
import { openBareFastify, openLandfall } from './contestants.js';
import type { Report } from '../harness/report.js';
import { ratioOf, showSpread, spreadOf } from '../harness/spread.js';

const ratesPerSecond = [1_000, 5_000] as const;
const names = ['landfall', 'bareFastify'] as const;
type Name = (typeof names)[number];

/** How long one callback takes when they come at a steady rate, beside the bare reference. */
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

  const measured = ratesPerSecond.map((ratePerSecond) => ({
    ratePerSecond,
    rounds: { landfall: [], bareFastify: [] } as Record<Name, Measurement[]>,
  }));
  for (let round = 1; round <= rounds; round += 1) {
    for (const { ratePerSecond, rounds: results } of measured) {
      for (const contestant of round % 2 === 1 ? contestants : contestants.toReversed()) {
        signal.throwIfAborted();
        const name = contestant.program.name as Name;
        const result = await range.measure(contestant, { seconds, ratePerSecond });
        results[name].push(result);
        say(`round ${round} of ${rounds}: ${name} at ${ratePerSecond}/s: p99 ${result.p99Ms.toFixed(1)} ms`);
      }
    }
  }

  const ratios = measured.map(({ ratePerSecond, rounds: { landfall, bareFastify } }) => ({
    ratePerSecond,
    p50: ratioOf(landfall.map(p50), bareFastify.map(p50)),
    p99: ratioOf(landfall.map(p99), bareFastify.map(p99)),
  }));
  return {
    name: 'callbacks-steady',
    ratios: Object.fromEntries(ratios.map((ratio) => [`p99At${ratio.ratePerSecond}`, ratio.p99])),
    facts: { settings: { rounds, seconds, connections }, measured },
    tables: [
      [
        ['', 'rate/s', 'p50 ms: median (min–max)', 'p99 ms', 'longest ms', 'answered/s'],
        ...measured.flatMap(({ ratePerSecond, rounds: results }) =>
          names.map((name) => [
            name,
            ratePerSecond.toLocaleString('en'),
            showSpread(spreadOf(results[name].map(p50)), 1),
            showSpread(spreadOf(results[name].map(p99)), 1),
            showSpread(spreadOf(results[name].map((round) => round.maxMs)), 0),
            showSpread(spreadOf(results[name].map((round) => round.requestsPerSecond)), 0),
          ]),
        ),
      ],
      [
        ['landfall against bareFastify', 'p50 (lower is better)', 'p99 (lower is better)'],
        ...ratios.map((ratio) => [
          `at ${ratio.ratePerSecond.toLocaleString('en')}/s`,
          showSpread(ratio.p50, 2),
          showSpread(ratio.p99, 2),
        ]),
      ],
    ],
    notes: [
      `${rounds} rounds of ${seconds} s at each rate; no callback was refused, and every upload and job was counted`,
      'a callback is timed from the moment it was due, whatever the server was doing then',
    ],
  };
}

const p50 = (round: Measurement): number => round.p50Ms;
const p99 = (round: Measurement): number => round.p99Ms;
