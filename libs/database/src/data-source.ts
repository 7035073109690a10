import { type Logger, pause } from '#runtime';
import pg, { Pool } from 'pg';
import { DataSource, type EntitySchema, type MixedList } from 'typeorm';
import type { DatabaseSettings } from './database-settings.js';
import { watchPool } from './pool-metrics.js';
import { isDatabaseUnavailable } from './postgres-errors.js';
import { clientOptions, ignoreConnectionLoss } from './steady-client.js';

/** If no connection is available within this time, the database is considered unavailable. */
export const connectTimeoutMs = 3_000;

const connectPauseMs = 1_000;

/** Creates the data source of a process. Call `connectWhenThere` before use and `destroy()` at shutdown. */
export function createDataSource(
  settings: DatabaseSettings,
  entities: MixedList<Function | string | EntitySchema>,
): DataSource {
  return new DataSource({
    type: 'postgres',
    driver: pg,
    url: settings.url,
    entities,
    applicationName: settings.applicationName,
    poolSize: settings.poolSize,
    connectTimeoutMS: connectTimeoutMs,
    extra: {
      ...clientOptions(settings),
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    },
    poolErrorHandler: ignoreConnectionLoss,
  });
}

/** Returns the pg pool of a connected data source. */
export function poolOf(source: DataSource): Pool {
  return (source.driver as unknown as { master: Pool }).master;
}

/**
 * Connects, retrying every second with a log line while the database is unavailable, as it may still
 * be starting.
 * @throws Error if Postgres refuses the connection, for instance because of a wrong password
 */
export async function connectWhenThere(source: DataSource, logger: Logger): Promise<void> {
  for (;;) {
    try {
      await source.initialize();
      return watchPool(poolOf(source).options.application_name ?? '', poolOf(source));
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error;
      logger.warn({ err: error }, 'the database does not respond; trying again');
      await pause(connectPauseMs);
    }
  }
}

/**
 * Creates a separate pool without TypeORM: for named prepared statements, and for BullMQ's Postgres
 * backend.
 * @param schema search_path of the connections; the role's default if unset, because poolers reject
 * startup options
 */
export function createPool(settings: DatabaseSettings, schema?: string): Pool {
  const pool = new Pool({
    connectionString: settings.url,
    max: settings.poolSize,
    ...clientOptions(settings),
    application_name: settings.applicationName,
    ...(schema !== undefined && { options: `-c search_path=${schema}` }),
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  pool.on('error', ignoreConnectionLoss);
  watchPool(settings.applicationName, pool);
  return pool;
}
