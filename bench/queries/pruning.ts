import { createDataSource } from '#database';
import { pruneEvents } from '#events';
import { pruneUploads } from '#uploads';
import type { Client } from 'pg';

const dayS = 86_400;

/** The throughput of removing old rows. */
export interface Pruned {
  readonly name: string;
  readonly rows: number;
  readonly perSecond: number;
}

/**
 * Prunes the events of the oldest day and the uploads deleted or ignored longest ago, as a worker does, then vacuums.
 */
export async function measurePruning(
  databaseUrl: string,
  client: Client,
  signal: AbortSignal,
): Promise<Pruned[]> {
  const source = await createDataSource(
    { url: databaseUrl, poolSize: 2, applicationName: 'landfall-bench-prune' },
    [],
  ).initialize();
  const timed = async (name: string, work: () => Promise<number>): Promise<Pruned> => {
    const begin = performance.now();
    const rows = await work();
    return { name, rows, perSecond: rows / ((performance.now() - begin) / 1_000) };
  };
  try {
    const ageOf = async (text: string): Promise<number> => {
      const { rows } = await client.query<{ age: number }>(text);
      return rows[0]?.age ?? 0;
    };
    const eventAge = await ageOf(
      `SELECT extract(epoch FROM now() - created_at)::int AS age FROM events ORDER BY position LIMIT 1`,
    );
    const uploadAge = await ageOf(
      `SELECT extract(epoch FROM now() - created_at)::int AS age FROM uploads WHERE status = 'deleted' ORDER BY id LIMIT 1`,
    );
    return [
      await timed('events pruned', () => pruneEvents(source, eventAge - dayS, signal)),
      await timed('uploads pruned', () => pruneUploads(source, uploadAge - 60 * dayS, signal)),
      await timed('uploads vacuumed', async () => {
        const { rows } = await client.query<{ live: number }>(
          `SELECT n_live_tup::int AS live FROM pg_stat_user_tables WHERE relname = 'uploads'`,
        );
        await client.query('VACUUM uploads');
        return rows[0]?.live ?? 0;
      }),
    ];
  } finally {
    await source.destroy();
  }
}
