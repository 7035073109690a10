import { migrations, type OnlineMigration, type TakenLock } from '#migrations';
import { Client } from 'pg';
import { connectTimeoutMs } from './data-source.js';

const queryTimeoutMs = 10_000;
/** Transactions older than this are reported; no request takes as long. */
const oldAfterS = 10;
const mostShown = 20;

/** A lock that a pending migration will take, with the size of the table. */
export interface ExpectedLock extends TakenLock {
  /** Excluding indexes. */
  readonly sizeBytes: number;
  /** Estimate of the last ANALYZE; null if there was none, and for views. */
  readonly rows: number | null;
}

/** A migration that has not run yet. */
export interface PendingMigration {
  readonly name: string;
  /** Null for older migrations, which do not declare their locks. */
  readonly locks: readonly ExpectedLock[] | null;
  /** What reverting it loses; null if nothing, or if it is not declared. */
  readonly revertLoses: string | null;
}

/** An open transaction. Migrations wait for it if they lock its tables, and concurrent index builds wait for all of them. */
interface OldTransaction {
  readonly pid: number;
  readonly application: string;
  readonly ageS: number;
}

/** What `landfall migrate` would do, and what could block it. */
export interface UpgradePlan {
  /** Applied migrations that this release does not have: the database is newer than the release. */
  readonly unknown: readonly string[];
  readonly pending: readonly PendingMigration[];
  readonly oldTransactions: readonly OldTransaction[];
}

/**
 * Reads which migrations are pending and what they will lock. Takes no locks, and needs only Landfall's own privileges.
 * @throws errors of Postgres
 */
export async function planUpgrade(url: string): Promise<UpgradePlan> {
  const client = new Client({
    connectionString: url,
    application_name: 'landfall-check',
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: queryTimeoutMs,
  });
  await client.connect();
  try {
    const applied = await readApplied(client);
    const known = migrations.map((migration) => new migration());
    const pending = known.filter(({ constructor }) => !applied.includes(constructor.name));
    const sizes = await readSizes(client);
    return {
      unknown: applied.filter((name) => !known.some(({ constructor }) => constructor.name === name)),
      pending: pending.map((migration) => describe(migration, sizes)),
      oldTransactions: await readOldTransactions(client),
    };
  } finally {
    await client.end();
  }
}

function describe(migration: object, sizes: ReadonlyMap<string, TableSize>): PendingMigration {
  const { name } = migration.constructor;
  if (!isOnline(migration)) return { name, locks: null, revertLoses: null };
  // A missing table is created by an earlier pending migration, so it is empty.
  const locks = migration.locks.map((lock) => ({
    ...lock,
    ...(sizes.get(lock.table) ?? { sizeBytes: 0, rows: 0 }),
  }));
  return { name, locks, revertLoses: migration.revertLoses };
}

function isOnline(migration: object): migration is OnlineMigration {
  return 'locks' in migration;
}

interface TableSize {
  readonly sizeBytes: number;
  readonly rows: number | null;
}

async function readSizes(client: Client): Promise<Map<string, TableSize>> {
  const { rows } = await client.query<TableSize & { name: string }>(`
    SELECT relname AS name, CASE WHEN relkind = 'v' THEN 0 ELSE pg_table_size(oid) END::float8 AS "sizeBytes",
           CASE WHEN reltuples >= 0 AND relkind <> 'v' THEN reltuples END::float8 AS rows
    FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v')`);
  return new Map(rows.map(({ name, ...size }) => [name, size]));
}

async function readApplied(client: Client): Promise<string[]> {
  const { rows: found } = await client.query<{ isThere: boolean }>(
    `SELECT to_regclass('migrations') IS NOT NULL AS "isThere"`,
  );
  if (!found[0]?.isThere) return [];
  const { rows } = await client.query<{ name: string }>('SELECT name FROM migrations ORDER BY id');
  return rows.map(({ name }) => name);
}

async function readOldTransactions(client: Client): Promise<OldTransaction[]> {
  const { rows } = await client.query<OldTransaction>(
    `SELECT pid, application_name AS application, extract(epoch FROM now() - xact_start)::float8 AS "ageS"
     FROM pg_stat_activity
     WHERE datname = current_database() AND xact_start < now() - make_interval(secs => $1) AND backend_type = 'client backend'
     ORDER BY xact_start LIMIT ${mostShown}`,
    [oldAfterS],
  );
  return rows;
}
