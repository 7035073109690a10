import { LandfallError } from '#runtime';
import { createIORedisClient, RedisConnection, type RedisOptions as ConnectionOptions } from 'bullmq';
import {
  Cluster,
  Redis,
  type RedisOptions,
  type SentinelConnectionOptions,
  SentinelConnector,
} from 'ioredis';
import { readFileSync } from 'node:fs';

interface Address {
  host: string;
  port: number;
}

/** How to reach Redis, by the QUEUE_ settings of the same names. */
export interface RedisSettings {
  /** `redis(s)://user:password@host:port/database`; with `sentinels` the host is the name of the primary. */
  url: string;
  sentinels?: readonly Address[] | undefined;
  sentinelPassword?: string | undefined;
  /** Some nodes of a Redis Cluster, besides that of the URL. */
  clusterNodes?: readonly Address[] | undefined;
  /** Files of a client certificate and its key, in PEM. */
  tlsCertFile?: string | undefined;
  tlsKeyFile?: string | undefined;
}

/** Socket timeout: longer than the 10 s for which BullMQ lets Redis block. */
const silenceMaxMs = 20_000;
const defaultPort = 6_379;

/** Options that make `openClient` connect to a cluster. */
interface ClusterConnectionOptions extends RedisOptions {
  startupNodes: Address[];
}

const isCluster = (options: object): options is ClusterConnectionOptions => 'startupNodes' in options;

/** Connection options for BullMQ, and a switch that ends reconnecting. */
export interface RedisAccess {
  readonly options: ConnectionOptions;
  /** Gives up connections that are or become lost, so that shutdown does not wait for Redis. */
  stopReconnecting(): void;
}

/**
 * Access to a single Redis, to the primary named by Sentinels, or to a cluster.
 * @throws LandfallError config.invalid if a certificate cannot be read
 */
export function redisAccessOf(settings: RedisSettings): RedisAccess {
  // BullMQ's own factory cannot connect to a cluster.
  RedisConnection.clientFactory = openClient;
  let isEnding = false;
  // Delay before reconnecting; null gives up, and fails whatever waits for the connection.
  const retryDelayMs = (times: number) => (isEnding ? null : Math.min(times * 100, 1_000));
  return {
    // BullMQ passes all options through, although its own type lacks some.
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
    // Detects a peer that vanished without closing the connection, such as after a power failure.
    keepAlive: 10_000,
    // The primary became a replica while we were connected: reconnect to find the new one, and (2) resend the command.
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
    // Leaves an unresponsive primary as soon as the Sentinels have named another.
    failoverDetector: true,
    Connector: PrimaryConnector,
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
 * Works around ioredis 5: the detector of a lost connection keeps listening. If it hears of the new primary while this
 * connector is asking for it, it ends the attempt, and the connection is never tried again. So the detector of the last
 * connection ends before the next attempt.
 */
class PrimaryConnector extends SentinelConnector {
  constructor(options: unknown) {
    super(options as SentinelConnectionOptions);
  }

  override connect(
    report: Parameters<SentinelConnector['connect']>[0],
  ): ReturnType<SentinelConnector['connect']> {
    this.disconnect();
    return super.connect(report);
  }
}

/**
 * Works around ioredis 5: disconnected while it waits to reconnect, it never emits its end, and whatever waits for that
 * hangs. So the disconnect is deferred until it next connects.
 */
class Connection extends Redis {
  override disconnect(reconnect = false): void {
    if (this.status === 'reconnecting' && !reconnect) this.once('connecting', () => super.disconnect());
    else super.disconnect(reconnect);
  }
}

function openClient(options: ConnectionOptions) {
  const client = isCluster(options) ? openCluster(options) : new Connection(options as RedisOptions);
  // BullMQ reports errors while it uses a connection; later ones are ignored.
  client.on('error', () => undefined);
  return createIORedisClient(client);
}

/** Opens a cluster client, which connects to each node with `redisOptions`. */
function openCluster({ startupNodes, ...options }: ClusterConnectionOptions): Cluster {
  const { username, password, tls, connectionName, connectTimeout, socketTimeout, keepAlive } = options;
  const { maxRetriesPerRequest = null, retryStrategy } = options;
  return new Cluster(startupNodes, {
    clusterRetryStrategy: (times) => retryStrategy?.(times) ?? null,
    enableOfflineQueue: options.enableOfflineQueue ?? true,
    // Host names are not resolved here: certificates contain them, and they outlive addresses.
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
