import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureRedis, freePort, startRedis } from '#local';
import { Redis } from 'ioredis';
import { eventually } from './eventually.js';
import { openServiceFolder } from './service-folder.js';

const host = '127.0.0.1';
const password = 'of: redis/';
const sentinelPassword = 'of-sentinels';
/** A server that does not respond for this long is considered down. */
const downAfterMs = 1_000;

/** A Redis deployment of several servers that tests may kill. */
export interface OwnRedisServers extends AsyncDisposable {
  /** The environment for connecting to it. */
  env: Record<string, string>;
  /** Kills the primary that holds the key; resolves when another server has taken over. */
  failOver(key: string): Promise<void>;
}

/** Files in PEM that let servers accept only TLS from clients with a certificate. */
export interface TlsFiles {
  ca: string;
  server: { cert: string; key: string };
  client: { cert: string; key: string };
}

interface Server {
  /** Of the connections of tests. */
  port: number;
  /** Of everybody else's: another one with TLS. */
  publicPort: number;
  /** An authenticated connection. */
  client: Redis;
  pid: number;
  stop(): Promise<void>;
}

async function startServer(
  dataDir: string,
  settings: Record<string, string>,
  tls: TlsFiles | undefined,
): Promise<Server> {
  const port = await freePort();
  const secure = await tlsSettings(tls);
  const common = {
    requirepass: password,
    masterauth: password,
    // Otherwise a primary waits 5 s for more replicas before it sends anything.
    'repl-diskless-sync-delay': '0',
  };
  const running = await startRedis({
    dataDir,
    port,
    settings: { ...common, ...secure, ...settings },
  });
  return { port, publicPort: publicPortOf(port, secure), ...running, client: openClient(port, password) };
}

/** Settings of a server or Sentinel that uses TLS with everyone but the tests. */
async function tlsSettings(tls: TlsFiles | undefined): Promise<Record<string, string>> {
  if (!tls) return {};
  return {
    'tls-port': String(await freePort()),
    'tls-cert-file': tls.server.cert,
    'tls-key-file': tls.server.key,
    'tls-ca-cert-file': tls.ca,
    'tls-replication': 'yes',
    'tls-auth-clients': 'yes',
  };
}

const publicPortOf = (port: number, secure: Record<string, string>) => Number(secure['tls-port'] ?? port);

/** How clients reach servers that listen with or without TLS. */
function clientEnv(tls: TlsFiles | undefined, address: string): Record<string, string> {
  const scheme = tls ? 'rediss' : 'redis';
  return {
    QUEUE_URL: `${scheme}://:${encodeURIComponent(password)}@${address}`,
    ...(tls && {
      QUEUE_TLS_CERT_FILE: tls.client.cert,
      QUEUE_TLS_KEY_FILE: tls.client.key,
      NODE_EXTRA_CA_CERTS: tls.ca,
    }),
  };
}

function openClient(port: number, itsPassword: string): Redis {
  const client = new Redis({ host, port, password: itsPassword, maxRetriesPerRequest: 1 });
  // Tests kill some of the servers.
  return client.on('error', () => undefined);
}

/** Starts a primary, its replica and three Sentinels, all with passwords. */
export async function ownSentinels(tls?: TlsFiles): Promise<OwnRedisServers> {
  const folder = await openServiceFolder();
  const primary = await startServer(join(folder.path, 'primary'), {}, tls);
  const replica = await startServer(
    join(folder.path, 'replica'),
    { replicaof: `${host} ${primary.publicPort}` },
    tls,
  );
  const sentinels = await Promise.all(
    [0, 1, 2].map((index) => startSentinel(join(folder.path, `sentinel-${index}`), primary.publicPort, tls)),
  );
  await eventually(async () => {
    const answers = await Promise.all(sentinels.map(({ client }) => client.info('sentinel')));
    return answers.every((info) => /status=ok,.*slaves=1,sentinels=3/.test(info)) ? true : undefined;
  });
  await untilReplicated(primary);
  const servers = [primary, replica, ...sentinels];
  const primaryPort = async () => {
    const answer = await sentinels[0]?.client.call('sentinel', 'get-master-addr-by-name', 'queue');
    return Number((answer as string[])[1]);
  };
  return {
    env: {
      ...clientEnv(tls, 'queue'),
      QUEUE_SENTINELS: sentinels.map(({ publicPort }) => `${host}:${publicPort}`).join(','),
      QUEUE_SENTINEL_PASSWORD: sentinelPassword,
    },
    async failOver() {
      kill(servers, await primaryPort());
      await eventually(async () => ((await primaryPort()) === replica.publicPort ? true : undefined));
    },
    [Symbol.asyncDispose]: () => stopAll(servers, folder),
  };
}

/** Starts a cluster of three primaries, each with a replica. */
export async function ownCluster(tls?: TlsFiles): Promise<OwnRedisServers> {
  const folder = await openServiceFolder();
  const nodes = await Promise.all(
    [0, 1, 2, 3, 4, 5].map(async (index) => {
      // The default bus port is the port + 10,000, which may be in use.
      const busPort = String(await freePort());
      const settings = {
        'cluster-enabled': 'yes',
        'cluster-port': busPort,
        'cluster-node-timeout': String(downAfterMs),
        ...(tls && { 'tls-cluster': 'yes' }),
      };
      const server = await startServer(join(folder.path, `node-${index}`), settings, tls);
      return Object.assign(server, { busPort, id: String(await server.client.cluster('MYID')) });
    }),
  );
  const primaries = nodes.slice(0, 3);
  const [first] = nodes;
  if (!first) throw new Error('no node');
  for (const [index, { client }] of primaries.entries()) {
    const [from, to] = [Math.ceil((16_384 * index) / 3), Math.ceil((16_384 * (index + 1)) / 3) - 1];
    await client.call('CLUSTER', 'ADDSLOTSRANGE', from, to);
  }
  for (const { publicPort, busPort } of nodes.slice(1))
    await first.client.call('CLUSTER', 'MEET', host, publicPort, busPort);
  const untilAll = (pattern: RegExp) =>
    eventually(async () => {
      const answers = await Promise.all(nodes.map(({ client }) => client.call('CLUSTER', 'INFO')));
      return answers.every((info) => pattern.test(String(info))) ? true : undefined;
    });
  await untilAll(/cluster_state:ok[^]*cluster_known_nodes:6/);
  for (const [index, { client }] of nodes.slice(3).entries())
    await client.call('CLUSTER', 'REPLICATE', primaries[index]?.id ?? '');
  await Promise.all(primaries.map(untilReplicated));
  await untilAll(/cluster_state:ok[^]*cluster_size:3/);

  /** Returns the port, for connections like ours, of the node that owns a slot, as reported by the node `asked`. */
  const ownerOf = async (slot: number, asked: Server) => {
    const ranges = (await asked.client.call('CLUSTER', 'SLOTS')) as [number, number, [string, number]][];
    return ranges.find(([from, to]) => from <= slot && slot <= to)?.[2][1] ?? 0;
  };
  return {
    env: {
      ...clientEnv(tls, `${host}:${first.publicPort}`),
      QUEUE_CLUSTER_NODES: nodes.map(({ publicPort }) => `${host}:${publicPort}`).join(','),
    },
    async failOver(key) {
      const slot = Number(await first.client.call('CLUSTER', 'KEYSLOT', key));
      const before = await ownerOf(slot, first);
      const asked = nodes.find(({ port }) => port !== before) ?? first;
      kill(nodes, before);
      await eventually(async () => ((await ownerOf(slot, asked)) === before ? undefined : true));
    },
    [Symbol.asyncDispose]: () => stopAll(nodes, folder),
  };
}

async function untilReplicated({ client }: Server): Promise<void> {
  await eventually(async () => (/state=online/.test(await client.info('replication')) ? true : undefined));
}

/** Starts a Sentinel with a quorum of two. Sentinels rewrite their configuration file, so each has its own. */
async function startSentinel(
  dataDir: string,
  primaryPort: number,
  tls: TlsFiles | undefined,
): Promise<Server> {
  const found = await ensureRedis();
  if (found.missing) throw new Error(`the tests need Redis; type: ${found.command}`);
  const port = await freePort();
  const secure = await tlsSettings(tls);
  await mkdir(dataDir, { recursive: true });
  const file = join(dataDir, 'sentinel.conf');
  await writeFile(
    file,
    `bind ${host}
port ${port}
dir ${dataDir}
pidfile ${join(dataDir, 'redis.pid')}
requirepass ${sentinelPassword}
${Object.entries(secure)
  .map((setting) => setting.join(' '))
  .join('\n')}
sentinel monitor queue ${host} ${primaryPort} 2
sentinel auth-pass queue "${password}"
sentinel down-after-milliseconds queue ${downAfterMs}
sentinel failover-timeout queue 5000
`,
  );
  const child = spawn(found.path, [file, '--sentinel'], { stdio: 'ignore', detached: true });
  const exited = once(child, 'exit');
  const client = openClient(port, sentinelPassword);
  await eventually(() => (client.status === 'ready' ? true : undefined));
  return {
    port,
    publicPort: publicPortOf(port, secure),
    client,
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function kill(servers: readonly Server[], port: number): void {
  const server = servers.find((each) => each.port === port || each.publicPort === port);
  if (!server) throw new Error(`no server of ours listens on port ${port}`);
  process.kill(server.pid, 'SIGKILL');
}

async function stopAll(servers: readonly Server[], folder: AsyncDisposable): Promise<void> {
  for (const { client } of servers) client.disconnect();
  await Promise.all(servers.map((each) => each.stop()));
  await folder[Symbol.asyncDispose]();
}
