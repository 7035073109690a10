import { migrateQueue } from '#jobs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchmarkOptions } from '../harness/benchmark.js';
import { readCpuMs } from '../harness/machine.js';
import { startProgram } from '../harness/program.js';
import type { Report } from '../harness/report.js';
import { openPostgres } from '../harness/services.js';
import { ratioOf, showSpread, type Spread, spreadOf } from '../harness/spread.js';
import { openStack } from '../harness/stack.js';
import { openLocalRuns } from './local-run.js';

/** From process start until it reports that it is ready. */
interface Started {
  readonly ms: number;
  /** Processor time of the process until then; 0 if it cannot be read. */
  readonly cpuMs: number;
}

const modules = {
  api: 'programs/api.js',
  worker: 'programs/worker.js',
  bareFastify: 'bench/references/bare-fastify.js',
} as const;
const apps = ['api', 'worker'] as const;

/** The startup time of api, worker and the whole of `npm start`. */
export async function measureStart({ rounds, signal, say }: BenchmarkOptions): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const postgres = stack.use(await openPostgres());
  const { databaseUrl, env } = await openStack(stack, postgres);
  await migrateQueue(databaseUrl);
  const folder = await mkdtemp(join(tmpdir(), 'landfall-bench-start-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const cached = { ...env, NODE_COMPILE_CACHE: join(folder, 'compile-cache') };
  const runs = await openLocalRuns(stack, cached);
  const contestants: Record<string, () => Promise<Started>> = {
    bareFastify: () => start('bareFastify', env),
    ...Object.fromEntries(
      apps.flatMap((app) => [
        [app, () => start(app, cached)],
        [`${app}, nothing compiled before`, () => start(app, env)],
      ]),
    ),
    'npm start': () => runs.start('kept'),
    'npm start, new database': () => runs.start('new'),
  };
  const names = Object.keys(contestants);
  const started: Record<string, Started[]> = Object.fromEntries(names.map((name) => [name, []]));
  // The first round fills the compile cache and the disk cache.
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of round % 2 === 1 ? names : names.toReversed()) {
      signal.throwIfAborted();
      const one = await contestants[name]?.();
      if (one && round > 0) started[name]?.push(one);
    }
    say(`round ${round} of ${rounds}`);
  }
  return report(started, rounds);
}

async function start(name: keyof typeof modules, env: Record<string, string>): Promise<Started> {
  const startedAt = performance.now();
  await using program = await startProgram(name, modules[name], env);
  return { ms: performance.now() - startedAt, cpuMs: (await readCpuMs(program.pid)) ?? 0 };
}

function report(started: Readonly<Record<string, Started[]>>, rounds: number): Report {
  const over = (name: string, pick: (one: Started) => number): number[] => (started[name] ?? []).map(pick);
  const againstBare = (name: string): Spread => ratioOf(over(name, cpu), over('bareFastify', cpu));
  return {
    name: 'start',
    ratios: Object.fromEntries(apps.map((app) => [`${app}Cpu`, againstBare(app)])),
    facts: { settings: { rounds }, started },
    tables: [
      [
        ['', 'ms until ready: median (min–max)', 'CPU ms until then'],
        ...Object.keys(started).map((name) => [
          name,
          showSpread(spreadOf(over(name, ms)), 0),
          name.startsWith('npm') ? '' : showSpread(spreadOf(over(name, cpu)), 0),
        ]),
      ],
    ],
    notes: [
      `${rounds} rounds, and one before that is not counted; a process is ready when it says so to the one that started it`,
      'npm start is ready when local.json is there: embedded Postgres, emulator, api and worker; a new database is made and migrated first',
    ],
  };
}

const ms = (one: Started): number => one.ms;
const cpu = (one: Started): number => one.cpuMs;
