import { Pool } from 'pg';
import { DataSource, type EntitySchema, type MixedList } from 'typeorm';

export interface DatabaseSettings {
  /** `postgres://user:password@host:port/database` */
  url: string;
  /** Most connections of this process. */
  poolSize: number;
  /** Shown in pg_stat_activity. */
  applicationName: string;
}

/** A connection that cannot be had in this time means that the database does not answer. */
export const connectTimeoutMs = 3_000;

/** The data source of one process. Call `initialize()` before use and `destroy()` at shutdown. */
export function createDataSource(
  settings: DatabaseSettings,
  entities: MixedList<Function | string | EntitySchema>,
): DataSource {
  return new DataSource({
    type: 'postgres',
    url: settings.url,
    entities,
    applicationName: settings.applicationName,
    poolSize: settings.poolSize,
    connectTimeoutMS: connectTimeoutMs,
    extra: { keepAlive: true, keepAliveInitialDelayMillis: 10_000 },
    poolErrorHandler: ignoreIdleConnectionLoss,
  });
}

/**
 * The pg pool below the data source, for statements that the hot path prepares by name: TypeORM's own `query`
 * cannot name a statement.
 */
export function poolOf(dataSource: DataSource): Pool {
  const driver = dataSource.driver as unknown as { master: Pool };
  return driver.master;
}

/**
 * A pool of its own, for a library that wants one (BullMQ's Postgres backend).
 * @param schema where its tables are looked for
 */
export function createPool(settings: DatabaseSettings, schema: string): Pool {
  const pool = new Pool({
    connectionString: settings.url,
    max: settings.poolSize,
    application_name: settings.applicationName,
    options: `-c search_path=${schema}`,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  pool.on('error', ignoreIdleConnectionLoss);
  return pool;
}

/** An idle connection that dies (Postgres restarts) is replaced at the next query, which reports what is wrong if that fails. */
function ignoreIdleConnectionLoss(): void {}
