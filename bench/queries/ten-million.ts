import type { Client } from 'pg';
import type { BenchmarkOptions } from '../harness/benchmark.js';
import type { Report } from '../harness/report.js';
import { connectTo, openPostgres } from '../harness/services.js';
import { showSpread, spreadOf } from '../harness/spread.js';
import { openStack } from '../harness/stack.js';
import { fillTables } from './fill-tables.js';
import { measurePruning, type Pruned } from './pruning.js';
import { PlanReader, type PlansRead } from './read-plans.js';
import { type Places, type Question, questionsOf } from './questions.js';

const whole = { uploads: 10_000_000, days: 365 };
/** Longer than the api's own statement timeout. */
const answerTimeoutMs = 60_000;

interface Asked extends PlansRead {
  readonly question: Question;
  readonly ms: number[];
  /**
   * The first response after the api has started; caches of Postgres are cold only if the database was kept from an
   * earlier run.
   */
  readonly firstMs: number;
  readonly status: number;
}

/** Every API operation on ten million uploads: its duration, and the rows and indexes it uses. */
export async function measureTenMillion(options: BenchmarkOptions): Promise<Report> {
  const { rounds, share, signal, say, keep } = options;
  await using stack = new AsyncDisposableStack();
  const postgres = stack.use(await openPostgres(keep));
  const plan = { ...whole, uploads: Math.round(whole.uploads * share) };
  await fillTables(await postgres.createDatabase('landfall'), plan, { signal, say });
  const databaseUrl = await postgres.createDatabase('landfall');
  const { client } = stack.use(await connectTo(databaseUrl));
  await PlanReader.prepare(client);
  const plans = new PlanReader(client, postgres.logFile);
  const { api, apiKey } = await openStack(stack, postgres);
  const ask = async (question: Question): Promise<{ ms: number; status: number }> => {
    const { path, method = 'GET', body } = question;
    const startedAt = performance.now();
    for (;;) {
      const answer = await fetch(`${api.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${apiKey}`,
          ...(body ? { 'content-type': 'application/json' } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
        signal: AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]),
      });
      const text = await answer.text();
      const ms = performance.now() - startedAt;
      // Counting is in progress; a repeated request gets the counts.
      if (text.includes('"stats.counting"')) continue;
      if (answer.status >= 400) say(`${method} ${path}: ${answer.status} ${text}`);
      return { ms, status: answer.status };
    }
  };
  const asked: Asked[] = [];
  for (const question of questionsOf(await findPlaces(client), Date.now())) {
    signal.throwIfAborted();
    const first = await ask(question);
    const ms: number[] = [];
    // Later responses of stats and queues come from a cache, so for these the first response is what counts.
    for (let round = 0; round < rounds; round += 1) ms.push((await ask(question)).ms);
    const read = await plans.during(() => ask(question));
    asked.push({ question, ms, firstMs: first.ms, status: first.status, ...read });
    say(
      `${question.name}: ${first.ms.toFixed(0)} ms, then ${spreadOf(ms).median} ms, looked at ${read.rowsLookedAt}, ${read.indexes.join(' ')}`,
    );
  }
  say('pruning …');
  const sizes = await readSizes(client);
  const pruned = await measurePruning(databaseUrl, client, signal);
  return reportOf({ uploads: plan.uploads, rounds }, asked, sizes, pruned);
}

/** Ids from all over the table. The smallest id at or after a time is found by the primary key. */
async function findPlaces(client: Client): Promise<Places> {
  const one = async (text: string): Promise<string> => {
    const { rows } = await client.query<{ id: string }>(text);
    const [row] = rows;
    if (!row) throw new Error(`nothing found by: ${text}`);
    return row.id;
  };
  const at = (share: number, more = '') =>
    one(
      `SELECT id FROM uploads WHERE status = 'ready' ${more}
         AND id >= (SELECT uuidv7(min(created_at) + ${share} * (max(created_at) - min(created_at)) - now())
                    FROM ((SELECT created_at FROM uploads ORDER BY id LIMIT 1) UNION ALL
                          (SELECT created_at FROM uploads ORDER BY id DESC LIMIT 1)) AS ends)
       ORDER BY id LIMIT 1`,
    );
  const ids: string[] = [];
  for (let share = 0.005; share < 1; share += 0.01) ids.push(await at(share));
  const middle = await one('SELECT id FROM events WHERE position = (SELECT max(position) / 2 FROM events)');
  return {
    newest: await at(0.999),
    middle: await at(0.5),
    oldest: await at(0.001),
    ids,
    comparable: await at(0.4, 'AND perceptual_hash IS NOT NULL'),
    ticket: await one('SELECT id FROM tickets ORDER BY id DESC LIMIT 1'),
    eventMiddle: middle,
    eventUpload: await one(`SELECT upload_id AS id FROM events WHERE id = '${middle}'`),
  };
}

interface TableSize {
  readonly name: string;
  readonly rows: number;
  readonly tableBytes: number;
  readonly indexBytes: number;
}

/** The sizes of all tables with more than 100 rows. */
async function readSizes(client: Client): Promise<TableSize[]> {
  await client.query('ANALYZE');
  const { rows } = await client.query<TableSize>(
    `SELECT relname AS name, reltuples::float8 AS rows, pg_table_size(oid)::float8 AS "tableBytes",
            pg_indexes_size(oid)::float8 AS "indexBytes"
     FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples > 100
       AND relname NOT LIKE 'bench_%'
     ORDER BY pg_total_relation_size(oid) DESC`,
  );
  return rows;
}

function reportOf(
  settings: { uploads: number; rounds: number },
  asked: readonly Asked[],
  sizes: readonly TableSize[],
  pruned: readonly Pruned[],
): Report {
  const perRow = (bytes: number, { rows }: TableSize) => (bytes / rows).toFixed(0);
  return {
    name: 'api-ten-million',
    ratios: {},
    facts: { settings, asked, sizes, pruned },
    tables: [
      [
        ['table', 'rows', 'GB', 'bytes a row', 'of indexes'],
        ...sizes.map((size) => [
          size.name,
          size.rows.toLocaleString('en'),
          ((size.tableBytes + size.indexBytes) / 1e9).toFixed(2),
          perRow(size.tableBytes, size),
          perRow(size.indexBytes, size),
        ]),
      ],
      [
        ['operation', 'status', 'first ms', 'ms: median (min–max)', 'rows looked at', 'reads'],
        ...asked.map(({ question, status, firstMs, ms, rowsLookedAt, indexes, wholeTables }) => [
          question.name,
          String(status),
          firstMs.toFixed(0),
          showSpread(spreadOf(ms), 1),
          rowsLookedAt.toLocaleString('en'),
          [...wholeTables.map((table) => `ALL OF ${table}`), ...indexes].join(' '),
        ]),
      ],
      [
        ['removed', 'rows', 'rows/s'],
        ...pruned.map(({ name, rows, perSecond }) => [name, rows.toLocaleString('en'), perSecond.toFixed(0)]),
      ],
    ],
    notes: [
      `${settings.uploads.toLocaleString('en')} uploads over a year; the first answer comes after a restart of Postgres and api; then ${settings.rounds} rounds`,
      'stats and queues are counted once and kept for a while: there the first answer is what counting takes',
    ],
  };
}
