import { createPool } from '#database';
import { type QueueName, queueNames } from '#outbox';
import {
  DEFAULT_SCHEMA,
  createPostgresBackend,
  createRedisBackend,
  runMigrations,
  setDefaultBackendFactory,
  type ConnectionOptions,
  type Queue,
  type Worker,
} from 'bullmq';
import { redisAccessOf, type RedisSettings } from './redis-connection.js';

/** Settings of the queue backend. */
export interface QueueSettings extends RedisSettings {
  /** Prefix of the keys in Redis. */
  prefix: string;
  /**
   * Maximum number of Postgres connections for the queues of this process, besides those that
   * listen.
   */
  poolSize: number;
}

/** The connections of BullMQ's queues and workers. Both backends use the same options field. */
export interface QueueBackend {
  /**
   * For adding jobs: fails immediately while Redis is unavailable, and the relay rolls back and
   * retries.
   */
  readonly producer: ConnectionOptions;
  /** For taking jobs: waits until Redis is available again. */
  readonly consumer: ConnectionOptions;
  /** The key prefix of a queue. */
  prefixOf(queue: QueueName): string;
  /**
   * Reacquires the expired lock of a job, unless another token holds it.
   * @param ms how long the lock lasts
   * @returns whether this token holds it now
   */
  lockAgain(worker: Worker, job: { id: string; token: string }, ms: number): Promise<boolean>;
  /**
   * Whether the queue still has the mark of `mark`, set by the same run of the server. Without the mark, the queue is new or
   * has lost its jobs (Redis was flushed or restarted without its data). With the mark of another run (a restart, or a
   * failover to a replica), it may lack the latest jobs.
   */
  isMarked(queue: Queue): Promise<boolean>;
  mark(queue: Queue): Promise<void>;
  /** Gives up lost connections and fails whatever waits for them; for shutdown. */
  stopReconnecting(): void;
  close(): Promise<void>;
}

/** Redis key, next to BullMQ's, that exists as long as the jobs of its queue do. */
const mark = 'landfall-mark';

const isRedis = (url: string) => /^rediss?:/.test(url);

/**
 * Opens the backend that `url` names and makes it BullMQ's default for this process; call it before
 * any queue exists. BullMQ's backend factory separates Redis and Postgres, so we need no queue
 * interface of our own.
 */
export function openQueueBackend(settings: QueueSettings): QueueBackend {
  if (isRedis(settings.url)) {
    setDefaultBackendFactory(createRedisBackend);
    const { options: common, stopReconnecting } = redisAccessOf(settings);
    // In a cluster, a hash tag keeps all keys of one queue on the same node.
    const isCluster = (settings.clusterNodes ?? []).length > 0;
    return {
      producer: { ...common, enableOfflineQueue: false, maxRetriesPerRequest: 1, connectTimeout: 3_000 },
      consumer: { ...common, maxRetriesPerRequest: null },
      prefixOf: (queue) => (isCluster ? `{${settings.prefix}-${queue}}` : settings.prefix),
      lockAgain: lockAgainInRedis,
      isMarked: async (queue) => (await runMark(queue, 'landfallIsMarked')) === 1,
      mark: async (queue) => void (await runMark(queue, 'landfallMark')),
      stopReconnecting,
      close: async () => {},
    };
  }
  setDefaultBackendFactory(createPostgresBackend);
  const pool = createPool(
    {
      url: settings.url,
      // Each queue's worker keeps one connection to listen.
      poolSize: settings.poolSize + queueNames.length,
      applicationName: 'landfall-queue',
    },
    DEFAULT_SCHEMA,
  );
  // BullMQ types its options only for Redis; the Postgres factory accepts a pool in the same place.
  const connection = pool as unknown as ConnectionOptions;
  return {
    producer: connection,
    consumer: connection,
    prefixOf: () => settings.prefix,
    // Not needed: an expired lock stays in the row and can be renewed until another worker takes the job.
    lockAgain: async () => false,
    // The jobs are as durable as the rows that require them.
    isMarked: async () => true,
    mark: async () => {},
    // The pool does not wait for a lost connection.
    stopReconnecting: () => {},
    close: () => pool.end(),
  };
}

const lockAgainInRedis: QueueBackend['lockAgain'] = async ({ backend }, { id, token }, ms) => {
  const client = await backend.client;
  client.defineCommand('landfallLockAgain', {
    numberOfKeys: 1,
    lua: `local holder = redis.call('GET', KEYS[1])
          if holder and holder ~= ARGV[1] then return 0 end
          redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
          return 1`,
  });
  return (await client.runCommand('landfallLockAgain', [backend.toKey(`${id}:lock`), token, ms])) === 1;
};

/** The run id of the server that executes the script; it differs after each restart and on each replica. */
const readRunId = `local runId = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') or 'unknown'`;
const markScripts = {
  landfallIsMarked: `${readRunId} return redis.call('GET', KEYS[1]) == runId and 1 or 0`,
  landfallMark: `${readRunId} redis.call('SET', KEYS[1], runId) return 1`,
};

async function runMark({ backend }: Queue, name: keyof typeof markScripts): Promise<unknown> {
  const client = await backend.client;
  client.defineCommand(name, { numberOfKeys: 1, lua: markScripts[name] });
  return client.runCommand(name, [backend.toKey(mark)]);
}

/**
 * Creates or updates BullMQ's own tables; does nothing for Redis. Safe to run from several
 * processes at once.
 */
export async function migrateQueue(url: string): Promise<void> {
  if (isRedis(url)) return;
  const pool = createPool({ url, poolSize: 1, applicationName: 'landfall-migrate' }, DEFAULT_SCHEMA);
  try {
    const client = await pool.connect();
    try {
      await runMigrations(client);
    } finally {
      client.release();
    }
  } finally {
    await pool.end();
  }
}
