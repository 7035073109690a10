import { LandfallError } from '#runtime';
import { createIORedisClient, RedisConnection, type RedisOptions as ConnectionOptions } from 'bullmq';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { readFileSync } from 'node:fs';

interface Address {
  host: string;
  port: number;
}

/** How Redis is reached; settings of the same names say it. */
export interface RedisSettings {
  /** `redis(s)://user:password@host:port/database`; with `sentinels` the host is the name of the primary. */
  url: string;
  sentinels?: readonly Address[] | undefined;
  sentinelPassword?: string | undefined;
  /** Some nodes of a Redis Cluster, beside that of the URL. */
  clusterNodes?: readonly Address[] | undefined;
  /** Files of a client certificate and its key, in PEM. */
  tlsCertFile?: string | undefined;
  tlsKeyFile?: string | undefined;
}

/** What a connection waits for an answer: longer than BullMQ lets Redis block, which is 10 s. */
const silenceMaxMs = 20_000;
const defaultPort = 6_379;

/** Options of a connection to a cluster: `openClient` makes one of them. */
interface ClusterConnectionOptions extends RedisOptions {
  startupNodes: Address[];
}

const isCluster = (options: object): options is ClusterConnectionOptions => 'startupNodes' in options;

/** How BullMQ opens its connections, and an end to their reconnecting. */
export interface RedisAccess {
  readonly options: ConnectionOptions;
  /** From now on a connection that is lost, or was before, is given up: who ends need not wait for Redis. */
  stopReconnecting(): void;
}

/**
 * Access to one Redis, to the primary that Sentinels name, or to a cluster.
 * @throws LandfallError config.invalid if a certificate cannot be read
 */
export function redisAccessOf(settings: RedisSettings): RedisAccess {
  // BullMQ opens connections too, but none to a cluster.
  RedisConnection.clientFactory = openClient;
  let isEnding = false;
  // When to try again to connect; null gives up, and with it what waits for the connection.
  const retryDelayMs = (times: number) => (isEnding ? null : Math.min(times * 100, 1_000));
  return {
    // BullMQ passes them on as they are; its own type of them knows fewer.
    options: ioredisOptionsOf(settings, retryDelayMs) as ConnectionOptions,
    stopReconnecting: () => void (isEnding = true),
  };
}

type RetryStrategy = NonNullable<RedisOptions['retryStrategy']>;

function ioredisOptionsOf(settings: RedisSettings, retryDelayMs: RetryStrategy): RedisOptions {
  const { sentinels = [], clusterNodes = [] } = settings;
  const url = new URL(settings.url);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port || defaultPort);
  const tls = url.protocol === 'rediss:' ? readTls(settings) : undefined;
  const common: RedisOptions = {
    username: decodeURIComponent(url.username) || undefined,
    password: decodeURIComponent(url.password) || undefined,
    db: Number(url.pathname.slice(1) || 0),
    retryStrategy: retryDelayMs,
    socketTimeout: silenceMaxMs,
    // Whose power fails sends no farewell.
    keepAlive: 10_000,
    // A primary that became a replica while we were connected: the next connection finds the new one. 2: and the command is sent again.
    reconnectOnError: ({ message }) => (message.includes('READONLY') ? 2 : false),
    ...(tls && { tls }),
  };
  if (clusterNodes.length > 0) {
    const options: ClusterConnectionOptions = { ...common, startupNodes: [{ host, port }, ...clusterNodes] };
    return options;
  }
  if (sentinels.length === 0) return { ...common, host, port };
  return {
    ...common,
    name: host,
    sentinels: [...sentinels],
    sentinelPassword: settings.sentinelPassword,
    sentinelRetryStrategy: retryDelayMs,
    // Leaves a primary that no longer answers as soon as Sentinels have named another.
    failoverDetector: true,
    ...(tls && { enableTLSForSentinelMode: true, sentinelTLS: tls }),
  };
}

function readTls({ tlsCertFile, tlsKeyFile }: RedisSettings): NonNullable<RedisOptions['tls']> {
  if (tlsCertFile === undefined || tlsKeyFile === undefined) return {};
  return {
    cert: readPem('QUEUE_TLS_CERT_FILE', tlsCertFile),
    key: readPem('QUEUE_TLS_KEY_FILE', tlsKeyFile),
  };
}

function readPem(setting: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new LandfallError('config.invalid', `${setting}: cannot read ${file}`, { cause: error });
  }
}

/**
 * ioredis 5 that is told to end while it waits for its next attempt to connect never says that it has ended, and leaves what
 * waits for it waiting. It is told again when it tries.
 */
class Connection extends Redis {
  override disconnect(reconnect = false): void {
    if (this.status === 'reconnecting' && !reconnect) this.once('connecting', () => super.disconnect());
    else super.disconnect(reconnect);
  }
}

function openClient(options: ConnectionOptions) {
  const client = isCluster(options) ? openCluster(options) : new Connection(options as RedisOptions);
  // BullMQ tells of errors for as long as it uses a connection. Of those that come after, nobody need know.
  client.on('error', () => undefined);
  return createIORedisClient(client);
}

/** A connection to a cluster has one to each of its nodes. */
function openCluster({ startupNodes, ...options }: ClusterConnectionOptions): Cluster {
  const { username, password, tls, connectionName, connectTimeout, socketTimeout, keepAlive } = options;
  const { maxRetriesPerRequest = null, retryStrategy } = options;
  return new Cluster(startupNodes, {
    clusterRetryStrategy: (times) => retryStrategy?.(times) ?? null,
    enableOfflineQueue: options.enableOfflineQueue ?? true,
    // Names stay names: certificates hold them, and they outlive addresses.
    dnsLookup: (name, found) => found(null, name),
    redisOptions: {
      username,
      password,
      tls,
      connectionName,
      connectTimeout,
      socketTimeout,
      keepAlive,
      maxRetriesPerRequest,
    },
  });
}
