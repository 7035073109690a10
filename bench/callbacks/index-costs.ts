import { createLogger } from '#runtime';
import { UploadRegistry } from '#uploads';
import type { Client } from 'pg';
import { landing } from './landing.js';
import { readCpuMs } from '../harness/machine.js';
import { connectTo } from '../harness/services.js';

const rows = 20_000;
const rowsPerStatement = 32;

/** The cost of recording one upload in Postgres. */
export interface RowCost {
  /** The missing index; null if all are present. */
  readonly without: string | null;
  /** Processor time of the backend process of the connection. */
  readonly cpuUs: number;
  readonly walBytes: number;
  /** Size of the missing index, or of all indexes if none is missing. */
  readonly indexMb: number;
}

const registrySettings = {
  batchMax: rowsPerStatement,
  waitingMax: rows,
  commitTimeoutMs: 60_000,
  sweepAfterMs: 60_000,
};

/**
 * Records the same uploads with all indexes and without each one, then rolls back. The share of an index is the cost
 * with all indexes (the first result) minus the cost without it. The unique key cannot be dropped, since the
 * statement uses it to detect repeated callbacks.
 */
export async function measureIndexCosts(databaseUrl: string, signal: AbortSignal): Promise<RowCost[]> {
  await using connection = await connectTo(databaseUrl);
  const { client } = connection;
  // Full-page images after a checkpoint would dominate the WAL, and their number depends only on checkpoints.
  await client.query('ALTER SYSTEM SET full_page_writes = off');
  await client.query('SELECT pg_reload_conf()');
  const { rows: indexes } = await client.query<{ name: string; mb: number }>(
    `SELECT indexrelid::regclass::text AS name, pg_relation_size(indexrelid) / 1048576.0 AS mb
     FROM pg_index WHERE indrelid = 'uploads'::regclass ORDER BY 1`,
  );
  const allMb = indexes.reduce((sum, index) => sum + Number(index.mb), 0);
  // The first run warms up caches.
  await measureRow(client, null, allMb, signal);
  const costs = [await measureRow(client, null, allMb, signal)];
  for (const { name, mb } of indexes) {
    if (name !== 'uploads_landing') costs.push(await measureRow(client, name, Number(mb), signal));
  }
  return costs;
}

async function measureRow(
  client: Client,
  without: string | null,
  indexMb: number,
  signal: AbortSignal,
): Promise<RowCost> {
  await client.query('CHECKPOINT');
  await client.query('BEGIN');
  if (without === 'uploads_pkey')
    await client.query('ALTER TABLE uploads DROP CONSTRAINT uploads_pkey CASCADE');
  else if (without !== null) await client.query(`DROP INDEX ${without}`);
  const registry = new UploadRegistry(client, registrySettings, createLogger('bench', 'silent'));
  const before = await readCosts(client);
  for (let from = 0; from < rows; from += rowsPerStatement) {
    signal.throwIfAborted();
    const landings = Array.from({ length: rowsPerStatement }, (_, index) => landing(from + index));
    await Promise.all(landings.map((one) => registry.register(one)));
  }
  const after = await readCosts(client);
  await registry.close();
  await client.query('ROLLBACK');
  await client.query('VACUUM uploads');
  return {
    without,
    cpuUs: ((after.cpuMs - before.cpuMs) * 1_000) / rows,
    walBytes: (after.walBytes - before.walBytes) / rows,
    indexMb,
  };
}

/** Processor time of the backend process so far, and WAL bytes of the whole server. */
async function readCosts(client: Client): Promise<{ cpuMs: number; walBytes: number }> {
  const answer = await client.query<{ pid: number; bytes: string }>(
    `SELECT pg_backend_pid() AS pid, pg_current_wal_insert_lsn() - '0/0' AS bytes`,
  );
  const [row] = answer.rows;
  const cpuMs = row && (await readCpuMs(row.pid));
  if (!row || cpuMs === null || cpuMs === undefined)
    throw new Error('processor time cannot be read here: there is no /proc');
  return { cpuMs, walBytes: Number(row.bytes) };
}
