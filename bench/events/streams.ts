import type { BenchmarkOptions } from '../harness/benchmark.js';
import { connections, type Measurement, openCallbackRange } from '../callbacks/callback-range.js';
import { openLandfall } from '../callbacks/contestants.js';
import { readMemory } from '../harness/machine.js';
import { startProgram } from '../harness/program.js';
import type { Report } from '../harness/report.js';
import { ratioOf, showSpread, spreadOf } from '../harness/spread.js';

const streams = 1_000;
const ratePerSecond = 1_000;
const openTimeoutMs = 60_000;

/**
 * Callbacks at a steady rate, to an api with a thousand open streams and to one without; and the memory that the
 * streams use.
 */
export async function measureStreams({ rounds, seconds, signal, say }: BenchmarkOptions): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const range = await openCallbackRange(stack, Math.ceil(15_000 * Math.max(seconds, 3)), say);
  const alone = stack.use(await openLandfall(range.surroundings, 'alone'));
  const beside = stack.use(await openLandfall(range.surroundings, 'beside'));
  for (const contestant of [alone, beside]) await range.warmUp(contestant);
  const holder = stack.use(await startProgram('streams', 'bench/events/stream-holder.js'));
  const residentOf = async () => (await readMemory(beside.program.pid))?.residentMb ?? Number.NaN;
  const before = await residentOf();
  await holder.ask(
    { url: `${beside.program.url}/v1/events/stream`, apiKey: beside.apiKey, count: streams },
    openTimeoutMs,
  );
  const after = await residentOf();

  const measured = { alone: [] as Measurement[], beside: [] as Measurement[] };
  const contestants = [
    { name: 'alone', contestant: alone },
    { name: 'beside', contestant: beside },
  ] as const;
  for (let round = 1; round <= rounds; round += 1) {
    for (const { name, contestant } of round % 2 === 1 ? contestants : contestants.toReversed()) {
      signal.throwIfAborted();
      const result = await range.measure(contestant, { seconds, ratePerSecond });
      measured[name].push(result);
      say(`round ${round} of ${rounds}: ${name} p99 ${result.p99Ms.toFixed(1)} ms`);
    }
  }
  const { open } = await holder.ask<{ open: number }>({ count: 'open' }, openTimeoutMs);
  if (open !== streams) throw new Error(`${open} of ${streams} streams are still open`);
  const figure = (name: keyof typeof measured, key: 'p50Ms' | 'p99Ms') =>
    measured[name].map((one) => one[key]);
  const against = (key: 'p50Ms' | 'p99Ms') => ratioOf(figure('beside', key), figure('alone', key));
  return {
    name: 'events-streams',
    ratios: { p99BesideStreams: against('p99Ms') },
    facts: { settings: { rounds, seconds, streams, ratePerSecond, connections }, before, after, measured },
    tables: [
      [
        [`callbacks at ${ratePerSecond.toLocaleString('en')}/s`, 'p50 ms: median (min–max)', 'p99 ms'],
        ...contestants.map(({ name }) => [
          name === 'alone' ? 'without streams' : `beside ${streams.toLocaleString('en')} streams`,
          showSpread(spreadOf(figure(name, 'p50Ms')), 1),
          showSpread(spreadOf(figure(name, 'p99Ms')), 1),
        ]),
        ['against', showSpread(against('p50Ms'), 2), showSpread(against('p99Ms'), 2)],
      ],
    ],
    notes: [
      `the api is ${before} MB resident before the streams are open, ${after} MB after`,
      `${rounds} rounds of ${seconds} s; all streams were open until the end`,
    ],
  };
}
