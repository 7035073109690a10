import type { BenchmarkOptions } from '../harness/benchmark.js';
import { connections, type Measurement, openCallbackRange } from './callback-range.js';
import { type Contestant, openLandfall, type Surroundings } from './contestants.js';
import { measureIndexCosts, type RowCost } from './index-costs.js';
import type { Report } from '../harness/report.js';
import { fillUploads, seedPrefix } from './seed-uploads.js';
import { connectTo } from '../harness/services.js';
import { ratioOf, showSpread, spreadOf } from '../harness/spread.js';

const seededRows = 1_000_000;
const requestsPerSecond = 15_000;

/** Callbacks per second with a million uploads in the table compared to an empty one, and the cost of each index. */
export async function measureFullTable({ rounds, seconds, signal, say }: BenchmarkOptions): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const range = await openCallbackRange(stack, Math.ceil(requestsPerSecond * Math.max(seconds, 3)), say);
  const empty = stack.use(await openLandfall(range.surroundings, 'empty'));
  say(`filling a table with ${seededRows.toLocaleString('en')} uploads …`);
  const full = await openFull(stack, range.surroundings);
  for (const contestant of [empty, full]) await range.warmUp(contestant);

  const measured: { empty: Measurement[]; full: Measurement[] } = { empty: [], full: [] };
  for (let round = 1; round <= rounds; round += 1) {
    for (const name of round % 2 === 1 ? (['empty', 'full'] as const) : (['full', 'empty'] as const)) {
      signal.throwIfAborted();
      const result = await range.measure(name === 'full' ? full : empty, { seconds });
      measured[name].push(result);
      say(`round ${round} of ${rounds}: ${name} table ${Math.round(result.requestsPerSecond)}/s`);
    }
  }
  say('measuring each index …');
  const costs = await measureIndexCosts(full.databaseUrl, signal);
  const rate = (round: Measurement) => round.requestsPerSecond;
  const ratio = ratioOf(measured.full.map(rate), measured.empty.map(rate));
  const whole = costs[0];
  return {
    name: 'callbacks-full-table',
    ratios: { fullAgainstEmpty: ratio },
    facts: { settings: { rounds, seconds, connections, seededRows }, measured, indexCosts: costs },
    tables: [
      [
        ['table', 'requests/s: median (min–max)', 'p99 ms'],
        ...(['empty', 'full'] as const).map((name) => [
          name,
          showSpread(spreadOf(measured[name].map(rate)), 0),
          showSpread(spreadOf(measured[name].map((round) => round.p99Ms)), 1),
        ]),
        ['full against empty', showSpread(ratio, 2), ''],
      ],
      [
        ['one row, in Postgres', 'CPU µs', 'WAL bytes', 'index MB'],
        ...costs.map((cost) => [
          cost === whole ? 'with all indexes' : `less without ${cost.without}`,
          saved(cost, whole, (row) => row.cpuUs).toFixed(1),
          saved(cost, whole, (row) => row.walBytes).toFixed(0),
          cost.indexMb.toFixed(0),
        ]),
      ],
    ],
    notes: [
      `${seededRows.toLocaleString('en')} uploads in the full table; ${rounds} rounds of ${seconds} s, ${connections} connections`,
      'index costs: the same uploads recorded with and without each index, in statements of 32 rows, in the full table',
    ],
  };
}

function saved(cost: RowCost, whole: RowCost | undefined, pick: (cost: RowCost) => number): number {
  return whole === undefined || cost === whole ? pick(cost) : pick(whole) - pick(cost);
}

/** The api on a table with many uploads. Clearing removes only what a round has added. */
async function openFull(stack: AsyncDisposableStack, surroundings: Surroundings): Promise<Contestant> {
  const full = stack.use(await openLandfall(surroundings, 'full'));
  const { client } = stack.use(await connectTo(full.databaseUrl));
  await fillUploads(client, seededRows);
  return {
    ...full,
    async clear() {
      await client.query(`DELETE FROM uploads WHERE object_key NOT LIKE '${seedPrefix}%'`);
      await client.query('TRUNCATE outbox');
      await client.query('VACUUM ANALYZE uploads');
    },
    async count() {
      const recorded = await full.count();
      return recorded && { ...recorded, uploads: recorded.uploads - seededRows };
    },
  };
}
