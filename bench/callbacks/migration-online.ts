import { migrateDatabase, revertLastMigration } from '#database';
import { newId, pause } from '#runtime';
import type { BenchmarkOptions } from '../harness/benchmark.js';
import { benchBucket } from '../harness/target.js';
import type { Report } from '../harness/report.js';
import { fillUploads, fillVersions } from './seed-uploads.js';
import { connectTo, openPostgres } from '../harness/services.js';

const seededRows = 1_000_000;
/** Uses only columns that the table has had in every release. */
const insert = `INSERT INTO uploads (id, bucket, object_key, etag, status, source, created_at, updated_at, sweep_at)
  VALUES ($1::uuid, '${benchBucket}', 'beside/' || ($1::uuid)::text, upper(md5(($1::uuid)::text)), 'stored', 'callback', now(), now(), now())`;

const read = `SELECT name, status FROM renditions
  WHERE upload_id = (SELECT id FROM uploads WHERE id > $1 ORDER BY id LIMIT 1)`;

interface Waits {
  readonly seconds: number;
  readonly inserts: number;
  readonly longestMs: number;
  readonly reads: number;
  readonly longestReadMs: number;
}

/**
 * Duration of the last migration on a table of a million uploads, back and forward, and the delay of inserts and
 * reads meanwhile.
 */
export async function measureMigration({ signal, say }: BenchmarkOptions): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const postgres = stack.use(await openPostgres());
  const url = await postgres.createDatabase('landfall');
  await migrateDatabase(url);
  const { client } = stack.use(await connectTo(url));
  say(`filling a table with ${seededRows.toLocaleString('en')} uploads …`);
  await fillUploads(client, seededRows);
  await fillVersions(client);
  const measured = new Map<string, Waits>();
  for (const direction of ['back', 'forward'] as const) {
    signal.throwIfAborted();
    say(`migrating ${direction} …`);
    measured.set(
      direction,
      await besideInserts(url, () =>
        direction === 'back' ? revertLastMigration(url) : migrateDatabase(url),
      ),
    );
  }
  return {
    name: 'migration-online',
    ratios: {},
    facts: { settings: { seededRows }, measured: Object.fromEntries(measured) },
    tables: [
      [
        [
          'the last migration',
          'takes s',
          'inserts beside it',
          'the longest took ms',
          'reads',
          'the longest took ms',
        ],
        ...[...measured].map(([direction, { seconds, inserts, longestMs, reads, longestReadMs }]) => [
          direction,
          seconds.toFixed(1),
          String(inserts),
          longestMs.toFixed(0),
          String(reads),
          longestReadMs.toFixed(0),
        ]),
      ],
    ],
    notes: [
      `${seededRows.toLocaleString('en')} uploads; two versions each; every 5 ms all the while one connection inserts an upload, and another reads renditions`,
    ],
  };
}

async function besideInserts(url: string, migrate: () => Promise<unknown>): Promise<Waits> {
  await using inserter = await connectTo(url);
  await using reader = await connectTo(url);
  const done = new AbortController();
  const keepAsking = async (ask: () => Promise<unknown>) => {
    let [count, longestMs] = [0, 0];
    for (; !done.signal.aborted; count += 1) {
      const startedAt = performance.now();
      await ask();
      longestMs = Math.max(longestMs, performance.now() - startedAt);
      await pause(5, done.signal);
    }
    return { count, longestMs };
  };
  const inserting = keepAsking(() => inserter.client.query(insert, [newId()]));
  const reading = keepAsking(() => reader.client.query(read, [newId()]));
  const startedAt = performance.now();
  try {
    await Promise.race([migrate(), inserting, reading]);
  } finally {
    done.abort();
  }
  const [inserts, reads] = await Promise.all([inserting, reading]);
  return {
    seconds: (performance.now() - startedAt) / 1_000,
    inserts: inserts.count,
    longestMs: inserts.longestMs,
    reads: reads.count,
    longestReadMs: reads.longestMs,
  };
}
