import { generateKeyPairSync } from 'node:crypto';
import type { BenchmarkOptions } from './benchmark.js';
import {
  type Contestant,
  openBareFastify,
  openDoNothing,
  openLandfall,
  openTypicalNest,
  type Surroundings,
} from './contestants.js';
import type { DriveResult } from './drive-connections.js';
import type { LoadOrder } from './load.js';
import { readCpuMs, readMemory, type ResidentMemory } from './machine.js';
import { type Program, startProgram } from './program.js';
import type { Report } from './report.js';
import { connectTo, openPostgres, openRedis, serveKey } from './services.js';
import { ratioOf, showSpread, type Spread, spreadOf } from './spread.js';

const connections = 64;
const warmUpSeconds = 1.5;
/** More than any receiver takes here; whoever takes more ends its round early. */
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

interface Measurement extends DriveResult {
  readonly requestsPerSecond: number;
  /** Processor time of the server's process for one request; null where it cannot be read. */
  readonly cpuPerRequestUs: number | null;
}

/** Callbacks per second over 64 connections: the api beside its references, in turns, each with an empty table. */
export async function measureCallbacks({ rounds, seconds, signal, say }: BenchmarkOptions): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const measured: Record<Name, Measurement[]> = {
    landfall: [],
    bareFastify: [],
    typicalNest: [],
    doNothing: [],
  };
  const key = generateKeyPairSync('rsa', {
    modulusLength: 512,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const postgres = stack.use(await openPostgres());
  const redis = stack.use(await openRedis());
  const keyServer = stack.use(await serveKey(key.publicKey));
  const admin = stack.use(await connectTo(await postgres.createDatabase('admin'))).client;
  const surroundings: Surroundings = { postgres, redisUrl: redis.url, keyUrl: keyServer.url };
  const load = stack.use(await startProgram('load', 'bench/load.js'));
  const count = Math.ceil(requestsPerSecond * Math.max(seconds, warmUpSeconds));
  say(`signing ${count} callbacks …`);
  await order(load, { render: { count, privateKeyPem: key.privateKey, keyUrl: keyServer.url } });

  const contestants: Contestant[] = [];
  for (const name of names) {
    signal.throwIfAborted();
    const contestant = stack.use(await openers[name](surroundings));
    contestants.push(contestant);
    await measure(load, contestant, warmUpSeconds);
  }
  for (let round = 1; round <= rounds; round += 1) {
    // The other way round every second time: whoever comes first may meet another machine.
    for (const contestant of round % 2 === 1 ? contestants : contestants.toReversed()) {
      signal.throwIfAborted();
      await contestant.clear();
      await admin.query('CHECKPOINT');
      const name = contestant.program.name as Name;
      const result = await measure(load, contestant, seconds);
      measured[name].push(result);
      say(`round ${round} of ${rounds}: ${name} ${Math.round(result.requestsPerSecond)}/s`);
    }
  }
  const [landfall] = contestants;
  const memory = landfall ? await readMemory(landfall.program.pid) : null;
  return report(measured, memory, { rounds, seconds, connections });
}

async function order<Answer>(load: Program, message: LoadOrder): Promise<Answer> {
  return load.ask<Answer>(message, 600_000);
}

/** @throws Error when an answer is not 200 with an id, or when what was answered is not what is recorded */
async function measure(load: Program, contestant: Contestant, seconds: number): Promise<Measurement> {
  const { name, url, pid } = contestant.program;
  const cpuBeforeMs = await readCpuMs(pid);
  const result = await order<DriveResult>(load, {
    drive: { port: Number(new URL(url).port), connections, seconds },
  });
  const cpuAfterMs = await readCpuMs(pid);
  const { answered, refused, firstRefusal, elapsedMs } = result;
  if (refused > 0) throw new Error(`${name} refused ${refused} callbacks, the first with:\n${firstRefusal}`);
  const recorded = await contestant.count();
  if (recorded && (recorded.uploads !== answered || recorded.jobs !== answered))
    throw new Error(
      `${name} answered ${answered} callbacks, but ${recorded.uploads} uploads and ${recorded.jobs} jobs are recorded`,
    );
  return {
    ...result,
    requestsPerSecond: (answered / elapsedMs) * 1_000,
    cpuPerRequestUs:
      cpuBeforeMs === null || cpuAfterMs === null ? null : ((cpuAfterMs - cpuBeforeMs) * 1_000) / answered,
  };
}

/** The figures of one contestant over all rounds. */
function summarise(rounds: readonly Measurement[]) {
  const over = (pick: (round: Measurement) => number | null) =>
    spreadOf(rounds.map((round) => pick(round) ?? 0));
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
  const cpuRatios = ratiosOf(measured, (round) => round.cpuPerRequestUs ?? 0);
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
    name: 'callbacks',
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
