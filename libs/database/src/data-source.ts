import { type Logger, pause } from '#runtime';
import { Client, type ClientConfig, Pool } from 'pg';
import { DataSource, type EntitySchema, type MixedList } from 'typeorm';
import { isDatabaseUnavailable } from './postgres-errors.js';

export interface DatabaseSettings {
  /** `postgres://user:password@host:port/database` */
  url: string;
  /** Most connections of this process. */
  poolSize: number;
  /** Postgres ends a statement that takes longer; without it none is ended. */
  statementTimeoutMs?: number;
  /** Shown in pg_stat_activity. */
  applicationName: string;
}

/** A connection that cannot be had in this time means that the database does not answer. */
export const connectTimeoutMs = 3_000;

const connectPauseMs = 1_000;

/**
 * A connection whose loss is told by the next query alone. Between two queries of whoever has taken it out of the pool (TypeORM
 * while it connects, BullMQ while it begins to listen) nobody hears its `error`, which would end the process.
 */
class SteadyClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config);
    this.on('error', ignoreConnectionLoss);
  }
}

/** The data source of one process. Call `connectWhenThere` before use and `destroy()` at shutdown. */
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
    extra: {
      Client: SteadyClient,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      statement_timeout: settings.statementTimeoutMs,
    },
    poolErrorHandler: ignoreConnectionLoss,
  });
}

/**
 * Connects. A database that is away is waited for, with a line in the log: it starts beside us, or comes back in a moment.
 * @throws Error when Postgres answers and refuses, as for a wrong password
 */
export async function connectWhenThere(source: DataSource, logger: Logger): Promise<void> {
  for (;;) {
    try {
      await source.initialize();
      return;
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error;
      logger.warn({ err: error }, 'the database does not respond; trying again');
      await pause(connectPauseMs);
    }
  }
}

/**
 * A pool of its own, without TypeORM: for statements prepared by name, and for BullMQ's Postgres backend.
 * @param schema where its tables are looked for
 */
export function createPool(settings: DatabaseSettings, schema = 'public'): Pool {
  const pool = new Pool({
    connectionString: settings.url,
    max: settings.poolSize,
    Client: SteadyClient,
    application_name: settings.applicationName,
    options: `-c search_path=${schema}`,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  pool.on('error', ignoreConnectionLoss);
  return pool;
}

/** A connection that dies (Postgres restarts) is replaced at the next query, which reports what is wrong if that fails. */
function ignoreConnectionLoss(): void {}
