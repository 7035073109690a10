import { type Logger, pause } from '#runtime';
import pg, { Client, type ClientConfig, Pool } from 'pg';
import { DataSource, type EntitySchema, type MixedList } from 'typeorm';
import { watchPool } from './pool-metrics.js';
import { isDatabaseUnavailable } from './postgres-errors.js';

export interface DatabaseSettings {
  /** `postgres://user:password@host:port/database` */
  url: string;
  /** Maximum number of connections of this process. */
  poolSize: number;
  /** Time limit after which Postgres cancels a statement; no limit if unset. */
  statementTimeoutMs?: number;
  /** Shown in pg_stat_activity. */
  applicationName: string;
}

/** If no connection is available within this time, the database counts as unavailable. */
export const connectTimeoutMs = 3_000;

/**
 * A transaction whose process does nothing for this long is undone: one that stands still would keep
 * everybody from the rows that it has locked. Longer than the relay waits for the queue.
 */
const idleTransactionMs = 8_000;

const connectPauseMs = 1_000;

/**
 * A connection whose loss is reported only by the next query. Between two queries of its user
 * (TypeORM while it connects, BullMQ while it starts to listen), nothing handles its `error` event,
 * which would end the process.
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
    driver: pg,
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
      idle_in_transaction_session_timeout: idleTransactionMs,
    },
    poolErrorHandler: ignoreConnectionLoss,
  });
}

/** The pool of a data source that is connected. */
export function poolOf(source: DataSource): Pool {
  return (source.driver as unknown as { master: Pool }).master;
}

/**
 * Connects. Waits for an unavailable database, with a line in the log: it may still be starting or
 * restarting.
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
 * @param schema the schema of its tables
 */
export function createPool(settings: DatabaseSettings, schema = 'public'): Pool {
  const pool = new Pool({
    connectionString: settings.url,
    max: settings.poolSize,
    Client: SteadyClient,
    application_name: settings.applicationName,
    options: `-c search_path=${schema}`,
    connectionTimeoutMillis: connectTimeoutMs,
    idle_in_transaction_session_timeout: idleTransactionMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  pool.on('error', ignoreConnectionLoss);
  watchPool(settings.applicationName, pool);
  return pool;
}

/**
 * The next query replaces a dead connection (after a restart of Postgres), and reports the error if
 * that fails.
 */
function ignoreConnectionLoss(): void {}
