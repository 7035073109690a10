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
   * For adding jobs: fails immediately while Redis is unavailable, so that the relay rolls back and
   * retries.
   */
  readonly producer: ConnectionOptions;
  /** For taking jobs: waits until Redis is available again. */
  readonly consumer: ConnectionOptions;
  /** What the keys of a queue begin with. */
  prefixOf(queue: QueueName): string;
  /**
   * Takes the lock of a job again that has expired, unless somebody else has it.
   * @param ms how long the lock lasts
   * @returns whether this token has it now
   */
  lockAgain(worker: Worker, job: { id: string; token: string }, ms: number): Promise<boolean>;
  /**
   * Whether the queue still has what `mark` left in it, and on the server on which it did. One without it has lost its jobs (a
   * flushed Redis, one that began without its data) or is new; on another server (a replica that took over, one that began
   * again) it lacks what was not there yet.
   */
  isMarked(queue: Queue): Promise<boolean>;
  mark(queue: Queue): Promise<void>;
  /** Gives up connections that are lost: whoever waits for one of them is told so. For the end of the process. */
  stopReconnecting(): void;
  close(): Promise<void>;
}

/** Key in Redis, beside those of BullMQ, that is there as long as the jobs of its queue are. */
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
    // All keys of a queue lie on one node of a cluster, those of another perhaps on another.
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
    // Renewing does it there: a lock that expired stays in the row until somebody takes the job.
    lockAgain: async () => false,
    // It is as durable as what says that the jobs are needed.
    isMarked: async () => true,
    mark: async () => {},
    // Its pool waits for nobody.
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

/** The run of the server on which the script runs: another one after each start, and on each replica. */
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
