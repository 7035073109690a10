import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrateDatabase } from '#database';
import type { Client } from 'pg';
import { fillUploads, seedPrefix } from '../callbacks/seed-uploads.js';
import type { BenchmarkOptions } from '../harness/benchmark.js';
import { startProgram } from '../harness/program.js';
import type { Report } from '../harness/report.js';
import { connectTo, openPostgres } from '../harness/services.js';
import { ratioOf, showSpread, type Spread, spreadOf } from '../harness/spread.js';
import { benchBucket } from '../harness/target.js';
import { runReconcile } from './run-reconcile.js';
import { seedObjects } from './seed-objects.js';

const seededRows = 1_000_000;
const missingOneOf = 1_000;
const listingTimeoutMs = 600_000;
/** A subset of the keys, and all of them, to see whether the time is proportional to the number of keys. */
const prefixes = [`${seedPrefix}user-1`, seedPrefix];

interface Measured {
  readonly keys: number;
  /** Keys per second. */
  readonly listing: number[];
  readonly reconcile: number[];
  readonly peakMb: number[];
}

/**
 * `landfall reconcile` of a million objects against a million uploads, 0.1 % of them missing, compared to a loop that
 * only lists.
 */
export async function measureReconcile({ rounds, signal, say }: BenchmarkOptions): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const postgres = stack.use(await openPostgres());
  const databaseUrl = await postgres.createDatabase('landfall');
  await migrateDatabase(databaseUrl);
  const { client } = stack.use(await connectTo(databaseUrl));
  const credentials = { accessKeyId: 'bench', accessKeySecret: randomBytes(16).toString('hex') };
  say(`filling a table and a bucket with ${seededRows.toLocaleString('en')} …`);
  await fillUploads(client, seededRows);
  const endpoint = await openBucket(stack, client, credentials);
  const removed = await client.query(`DELETE FROM uploads WHERE hashtext(object_key) % ${missingOneOf} = 0`);
  await client.query('VACUUM ANALYZE uploads');
  const lister = stack.use(await startProgram('bare listing', 'bench/references/bare-listing.js'));
  const env = {
    DATABASE_URL: databaseUrl,
    OSS_ENDPOINT: endpoint,
    OSS_REGION: 'cn-hangzhou',
    OSS_BUCKETS: benchBucket,
    OSS_PATH_STYLE: 'true',
    OSS_ACCESS_KEY_ID: credentials.accessKeyId,
    OSS_ACCESS_KEY_SECRET: credentials.accessKeySecret,
    RECONCILE_REQUESTS_PER_SECOND: '1000',
    MALLOC_ARENA_MAX: '2',
  };
  const measured = new Map<string, Measured>();
  // The first round warms up the emulator, the database and the disk cache.
  for (let round = 0; round <= rounds; round += 1) {
    for (const prefix of prefixes) {
      signal.throwIfAborted();
      const asked = { endpoint, bucket: benchBucket, prefix, ...credentials };
      const list = () => lister.ask<{ keys: number; ms: number }>(asked, listingTimeoutMs);
      const reconcile = () => runReconcile(['--prefix', prefix], env, signal);
      const listed = round % 2 === 1 ? await list() : undefined;
      const run = await reconcile();
      const { keys, ms } = listed ?? (await list());
      const missing = await forget(client);
      if (run.looked !== keys || run.missing !== missing)
        throw new Error(`${run.looked} of ${keys} keys compared, ${run.missing} of ${missing} registered`);
      if (round === 0) continue;
      const rates = measured.get(prefix) ?? { keys, listing: [], reconcile: [], peakMb: [] };
      measured.set(prefix, rates);
      rates.listing.push(keys / (ms / 1_000));
      rates.reconcile.push(keys / (run.ms / 1_000));
      if (run.peakMb !== null) rates.peakMb.push(run.peakMb);
      say(
        `round ${round} of ${rounds}: ${keys} keys, listed in ${Math.round(ms)} ms, reconciled in ${Math.round(run.ms)} ms, ${missing} missing, ${run.peakMb} MB`,
      );
    }
  }
  return report({ rounds, missing: removed.rowCount ?? 0 }, [...measured.values()]);
}

/** Starts an emulator whose bucket has an object for each upload. */
async function openBucket(
  stack: AsyncDisposableStack,
  client: Client,
  credentials: { accessKeyId: string; accessKeySecret: string },
): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'landfall-bench-reconcile-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const start = () =>
    startProgram('emulator', 'programs/emulator.js', {
      EMULATOR_PORT: '0',
      EMULATOR_DATA_DIR: dataDir,
      EMULATOR_BUCKETS: benchBucket,
      EMULATOR_ACCESS_KEY_ID: credentials.accessKeyId,
      EMULATOR_ACCESS_KEY_SECRET: credentials.accessKeySecret,
    });
  await (await start())[Symbol.asyncDispose]();
  await seedObjects(client, dataDir);
  return stack.use(await start()).url;
}

/** Deletes what was registered and returns the number of those uploads. */
async function forget(client: Client): Promise<number> {
  const { rowCount } = await client.query(`DELETE FROM uploads WHERE source = 'reconcile'`);
  await client.query('TRUNCATE outbox, reconciles, object_checks');
  await client.query('VACUUM uploads');
  await client.query('CHECKPOINT');
  return rowCount ?? 0;
}

function report(settings: { rounds: number; missing: number }, measured: readonly Measured[]): Report {
  const against = ({ reconcile, listing }: Measured): Spread => ratioOf(reconcile, listing);
  return {
    name: 'reconcile',
    ratios: Object.fromEntries(measured.map((one) => [`${one.keys} keys against listing`, against(one)])),
    facts: { settings: { ...settings, seededRows }, measured },
    tables: [
      [
        [
          'keys',
          'reconcile, keys/s: median (min–max)',
          'bare listing, keys/s',
          'against the listing',
          'peak MB',
        ],
        ...measured.map((one) => [
          one.keys.toLocaleString('en'),
          showSpread(spreadOf(one.reconcile), 0),
          showSpread(spreadOf(one.listing), 0),
          showSpread(against(one), 2),
          one.peakMb.length > 0 ? showSpread(spreadOf(one.peakMb), 0) : 'unknown',
        ]),
      ],
    ],
    notes: [
      `${seededRows.toLocaleString('en')} uploads, ${settings.missing} of them missing; ${settings.rounds} rounds; the time of the command with its start as a process`,
    ],
  };
}
