import { createDataSource, createPool, type DataSource } from '#database';
import { LogEvent } from '#events';
import { IdempotencyKey } from '#idempotency';
import { OutboxRow } from '#outbox';
import { queueEntities } from '#queues';
import { Reconcile } from '#reconcile';
import { uploadEntities } from '#uploads';
import { webhookEntities } from '#webhooks';
import { randomBytes } from 'node:crypto';
import { Client, escapeIdentifier } from 'pg';
import { inject } from 'vitest';
import { databaseUrl, templateDatabase } from './global-setup.js';

export interface TestDatabase extends AsyncDisposable {
  url: string;
  source: DataSource;
  pool: ReturnType<typeof createPool>;
}

/**
 * A separate, migrated, empty database with a data source. Dispose it: `await using database =
 * await testDatabase()`.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const url = await createTestDatabase();
  const source = await createDataSource({ url, poolSize: 8, applicationName: 'landfall-test' }, [
    ...uploadEntities,
    LogEvent,
    ...webhookEntities,
    ...queueEntities,
    IdempotencyKey,
    Reconcile,
    OutboxRow,
  ]).initialize();
  const pool = createPool({ url, poolSize: 6, applicationName: 'landfall-test' });
  return {
    url,
    source,
    pool,
    async [Symbol.asyncDispose]() {
      await pool.end();
      await source.destroy();
      await dropTestDatabase(url);
    },
  };
}

/** Copies the template; `empty` creates a database without tables. */
export async function createTestDatabase(options: { empty?: boolean } = {}): Promise<string> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const template = options.empty ? 'template1' : templateDatabase;
  await asAdmin(async (client) => {
    // Copying requires exclusive access to the template, so only one copy runs at a time.
    await client.query('SELECT pg_advisory_lock(1)');
    await client.query(`CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE ${escapeIdentifier(template)}`);
    await client.query('SELECT pg_advisory_unlock(1)');
  });
  return databaseUrl(inject('services').postgresUrl, name);
}

/** Drops a test database. @throws Error if a connection stays open, so that a test that leaks a pool fails */
export async function dropTestDatabase(url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  await asAdmin(async (client) => {
    // Waits, because a backend ends shortly after its client.
    const open = await openConnections(client, name);
    await client.query(`DROP DATABASE ${escapeIdentifier(name)} WITH (FORCE)`);
    if (open.length > 0) throw new Error(`connections left open: ${open.join(', ')}`);
  });
}

/** Names of the connections that are still open after the usual closing time. */
async function openConnections(client: Client, database: string): Promise<string[]> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const { rows } = await client.query<{ application_name: string }>(
      'SELECT application_name FROM pg_stat_activity WHERE datname = $1',
      [database],
    );
    if (rows.length === 0 || Date.now() > deadline) return rows.map((row) => row.application_name);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function asAdmin(work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: inject('services').postgresUrl });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
