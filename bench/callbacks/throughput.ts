import type { BenchmarkOptions } from '../harness/benchmark.js';
import { connections, type Measurement, openCallbackRange } from './callback-range.js';
import {
  type Contestant,
  openBareFastify,
  openDoNothing,
  openLandfall,
  openTypicalNest,
} from './contestants.js';
import { readMemory, type ResidentMemory } from '../harness/machine.js';
import type { Report } from '../harness/report.js';
import { ratioOf, showSpread, type Spread, spreadOf } from '../harness/spread.js';

/** Above the throughput of any receiver here; a faster one would end its round early. */
const requestsPerSecond = 25_000;

const openers = {
  landfall: openLandfall,
  bareFastify: openBareFastify,
  typicalNest: openTypicalNest,
  doNothing: openDoNothing,
} as const;
type Name = keyof typeof openers;
const names = Object.keys(openers) as Name[];
const references = ['bareFastify', 'typicalNest'] as const;

/** Callbacks per second over 64 connections: the api and its references, alternating, each with an empty table. */
export async function measureThroughput({ rounds, seconds, signal, say }: BenchmarkOptions): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const measured: Record<Name, Measurement[]> = {
    landfall: [],
    bareFastify: [],
    typicalNest: [],
    doNothing: [],
  };
  const range = await openCallbackRange(stack, Math.ceil(requestsPerSecond * Math.max(seconds, 3)), say);
  const contestants: Contestant[] = [];
  for (const name of names) {
    signal.throwIfAborted();
    const contestant = stack.use(await openers[name](range.surroundings));
    contestants.push(contestant);
    await range.warmUp(contestant);
  }
  for (let round = 1; round <= rounds; round += 1) {
    // Every second round runs in reverse order, so that no contestant always benefits from running first.
    for (const contestant of round % 2 === 1 ? contestants : contestants.toReversed()) {
      signal.throwIfAborted();
      const name = contestant.program.name as Name;
      const result = await range.measure(contestant, { seconds });
      measured[name].push(result);
      say(`round ${round} of ${rounds}: ${name} ${Math.round(result.requestsPerSecond)}/s`);
    }
  }
  const [landfall] = contestants;
  const memory = landfall ? await readMemory(landfall.program.pid) : null;
  return report(measured, memory, { rounds, seconds, connections });
}

/** The figures of one contestant over all rounds. */
function summarise(rounds: readonly Measurement[]) {
  const over = (pick: (round: Measurement) => number) => spreadOf(rounds.map(pick));
  return {
    requestsPerSecond: over((round) => round.requestsPerSecond),
    p50Ms: over((round) => round.p50Ms),
    p99Ms: over((round) => round.p99Ms),
    cpuPerRequestUs: over((round) => round.cpuPerRequestUs),
    generatorCpu: over((round) => round.generatorCpu),
  };
}

function ratiosOf(
  measured: Readonly<Record<Name, Measurement[]>>,
  pick: (round: Measurement) => number,
): Record<(typeof references)[number], Spread> {
  const against = (name: Name) => ratioOf(measured.landfall.map(pick), measured[name].map(pick));
  return { bareFastify: against('bareFastify'), typicalNest: against('typicalNest') };
}

function report(
  measured: Readonly<Record<Name, Measurement[]>>,
  memory: ResidentMemory | null,
  settings: { rounds: number; seconds: number; connections: number },
): Report {
  const ratios = ratiosOf(measured, (round) => round.requestsPerSecond);
  const cpuRatios = ratiosOf(measured, (round) => round.cpuPerRequestUs);
  const figures = Object.fromEntries(names.map((name) => [name, summarise(measured[name])]));
  const row = (name: string, { requestsPerSecond, p50Ms, p99Ms, cpuPerRequestUs, generatorCpu }: Figures) => [
    name,
    showSpread(requestsPerSecond, 0),
    p50Ms.median.toFixed(1),
    p99Ms.median.toFixed(1),
    cpuPerRequestUs.median.toFixed(0),
    `${(generatorCpu.median * 100).toFixed(0)} %`,
  ];
  return {
    name: 'callbacks-throughput',
    ratios,
    facts: { settings, figures, cpuRatios, apiMemory: memory },
    tables: [
      [
        ['', 'requests/s: median (min–max)', 'p50 ms', 'p99 ms', 'CPU µs/request', 'generator CPU'],
        ...Object.entries(figures).map(([name, figure]) => row(name, figure)),
      ],
      [
        ['landfall against', 'requests/s (higher is better)', 'CPU/request (lower is better)'],
        ...references.map((name) => [name, showSpread(ratios[name], 2), showSpread(cpuRatios[name], 2)]),
      ],
    ],
    notes: [
      `${settings.rounds} rounds of ${settings.seconds} s, ${connections} connections; every answer was 200 and every upload and job was counted`,
      memory
        ? `api resident after the run: ${memory.residentMb} MB, at its peak ${memory.peakMb} MB`
        : 'memory cannot be read here: there is no /proc',
    ],
  };
}

type Figures = ReturnType<typeof summarise>;
