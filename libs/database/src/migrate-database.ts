import { migrations } from '#migrations';
import { isLandfallError, LandfallError, type Logger, pause, withTimeLimit } from '#runtime';
import pg, { Client, escapeIdentifier } from 'pg';
import { DataSource, type QueryRunner } from 'typeorm';
import { connectTimeoutMs } from './data-source.js';

/** Key of the advisory lock that lets one process migrate at a time; arbitrary, but the same in every process. */
const migrationLock = 7_215_001;
const lockPollMs = 100;
const checkTimeoutMs = 3_000;
const migratedPollMs = 1_000;

function migrationSource(url: string): DataSource {
  return new DataSource({
    type: 'postgres',
    driver: pg,
    url,
    migrations: [...migrations],
    migrationsTransactionMode: 'each',
    poolSize: 2,
    connectTimeoutMS: connectTimeoutMs,
    applicationName: 'landfall-migrate',
  });
}

async function tryLock(runner: QueryRunner): Promise<boolean> {
  const [row] = (await runner.query('SELECT pg_try_advisory_lock($1) AS locked', [migrationLock])) as [
    { locked: boolean },
  ];
  return row.locked;
}

/** Runs the pending migrations; safe to call concurrently from several processes. Returns the names of those that ran. */
export async function migrateDatabase(url: string): Promise<string[]> {
  const source = await migrationSource(url).initialize();
  const guard = source.createQueryRunner();
  try {
    // Polls for the lock instead of blocking in Postgres: CREATE INDEX CONCURRENTLY would wait for
    // the blocked statement.
    while (!(await tryLock(guard))) await pause(lockPollMs);
    const done = await source.runMigrations();
    return done.map((migration) => migration.name);
  } finally {
    // The lock ends with its connection. To ask for that would hide why a migration failed, if the connection has died.
    await guard.release();
    await source.destroy();
  }
}

/** Reverts the last migration. Returns its name; null if there is none. */
export async function revertLastMigration(url: string): Promise<string | null> {
  const source = await migrationSource(url).initialize();
  try {
    const rows = (await source.query('SELECT name FROM migrations ORDER BY id DESC LIMIT 1')) as {
      name: string;
    }[];
    const name = rows[0]?.name;
    if (name === undefined) return null;
    const isWhole =
      source.migrations.find((migration) => migration.constructor.name === name)?.transaction !== false;
    await source.undoLastMigration({ transaction: isWhole ? 'each' : 'none' });
    return name;
  } finally {
    await source.destroy();
  }
}

/**
 * Rejects if the database does not respond within three seconds or accepts no writes
 * (`database.unavailable`), or lacks a migration (`database.not_migrated`).
 */
export async function checkDatabase(source: DataSource): Promise<void> {
  if (!source.isInitialized)
    throw new LandfallError(
      'database.unavailable',
      'it has not responded since this process started; see the log for the reason',
    );
  let names: string[];
  try {
    const rows: { name: string; isReadOnly: boolean }[] = await withTimeLimit(
      source.query(
        `SELECT name, current_setting('transaction_read_only')::bool AS "isReadOnly" FROM migrations`,
      ),
      checkTimeoutMs,
      'database.unavailable',
      'no response',
    );
    if (rows[0]?.isReadOnly)
      throw new LandfallError('database.unavailable', 'the server accepts no writes: is it a standby?');
    names = rows.map((row) => row.name);
  } catch (error) {
    if (error instanceof LandfallError) throw error;
    const missingTable = (error as { code?: unknown }).code === '42P01';
    if (!missingTable) throw new LandfallError('database.unavailable', reasonOf(error), { cause: error });
    names = [];
  }
  const missing = migrations.map((migration) => migration.name).filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw new LandfallError('database.not_migrated', `run "landfall migrate" for ${missing.join(', ')}`);
}

/**
 * Waits until every migration of this release has run, logging what is missing. A worker that took jobs earlier would fail
 * them on the missing schema.
 */
export async function waitForMigrations(source: DataSource, logger: Logger): Promise<void> {
  for (let last = ''; ;) {
    try {
      return await checkDatabase(source);
    } catch (error) {
      if (!isLandfallError(error)) throw error;
      if (error.message !== last) logger.warn({ err: error }, 'waiting until the database is migrated');
      last = error.message;
    }
    await pause(migratedPollMs);
  }
}

/** Joins the messages of an AggregateError, which has one error per address of the host. */
function reasonOf(error: unknown): string | undefined {
  const errors = error instanceof AggregateError ? error.errors : [error];
  return errors.flatMap((one) => (one instanceof Error ? [one.message] : [])).join('; ') || undefined;
}

/** Creates the database `name` on the server of `adminUrl` if it does not exist. */
export async function createDatabaseIfMissing(adminUrl: string, name: string): Promise<void> {
  const client = new Client({ connectionString: adminUrl, connectionTimeoutMillis: connectTimeoutMs });
  await client.connect();
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}
