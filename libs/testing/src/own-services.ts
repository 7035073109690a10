import { execFile } from 'node:child_process';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createDatabaseIfMissing, migrateDatabase } from '#database';
import { migrateQueue } from '#jobs';
import { freePort, startPostgres, startRedis } from '#local';
import { Client } from 'pg';
import { databaseUrl } from './global-setup.js';
import { eventually } from './eventually.js';
import { openServiceFolder, type ServiceFolder } from './service-folder.js';

/** A service that a test may stop and restart with its data. */
export interface OwnService extends AsyncDisposable {
  url: string;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Starts a separate, migrated Postgres for tests that restart it. Takes about 2 s. */
export async function ownPostgres(): Promise<OwnService> {
  const folder = await openServiceFolder();
  const options = {
    dataDir: join(folder.path, 'postgres'),
    port: await freePort(),
    logFile: join(folder.path, 'postgres.log'),
    fast: true,
  };
  let running = await startPostgres(options);
  await createDatabaseIfMissing(running.url, 'landfall');
  const url = databaseUrl(running.url, 'landfall');
  await migrateDatabase(url);
  await migrateQueue(url);
  return restartable(url, folder, {
    stop: () => running.stop(),
    async start() {
      running = await startPostgres(options);
    },
  });
}

/** A primary and its synchronous standby. */
interface OwnStandby extends AsyncDisposable {
  primaryUrl: string;
  standbyUrl: string;
  /** Kills the primary and promotes the standby. */
  failOver(): Promise<void>;
}

/** Starts a migrated Postgres with a synchronous standby. Takes about 4 s. */
export async function ownStandby(): Promise<OwnStandby> {
  const folder = await openServiceFolder();
  const optionsOf = async (name: string) => ({
    dataDir: join(folder.path, name),
    port: await freePort(),
    logFile: join(folder.path, `${name}.log`),
    fast: true,
  });
  const options = await optionsOf('primary');
  let primary = await startPostgres(options);
  await createDatabaseIfMissing(primary.url, 'landfall');
  const primaryUrl = databaseUrl(primary.url, 'landfall');
  await migrateDatabase(primaryUrl);
  await migrateQueue(primaryUrl);
  // `fast` turns synchronous_commit off for the server; the setting of the role overrides it.
  await ask(primaryUrl, 'ALTER ROLE landfall SET synchronous_commit = on');
  await primary.stop();
  const standbyOptions = await optionsOf('standby');
  // A copy of a stopped server is a valid base backup; `-a` preserves the owner that Postgres requires.
  await promisify(execFile)('cp', ['-a', options.dataDir, standbyOptions.dataDir]);
  const data = join(standbyOptions.dataDir, 'data');
  const { port, username, password } = new URL(primary.url);
  const source = `host=127.0.0.1 port=${port} user=${username} password=${password}`;
  await appendFile(join(data, 'postgresql.auto.conf'), `primary_conninfo = '${source}'\n`);
  await writeFile(join(data, 'standby.signal'), '');
  primary = await startPostgres(options);
  const standby = await startPostgres(standbyOptions);
  const standbyUrl = databaseUrl(standby.url, 'landfall');
  await ask(primaryUrl, `ALTER SYSTEM SET synchronous_standby_names = '*'`);
  await ask(primaryUrl, 'SELECT pg_reload_conf()');
  await eventually(async () => {
    const rows = await ask(primaryUrl, `SELECT FROM pg_stat_replication WHERE sync_state = 'sync'`);
    return rows.length === 1 ? true : undefined;
  });
  return {
    primaryUrl,
    standbyUrl,
    async failOver() {
      const pidFile = await readFile(join(options.dataDir, 'data', 'postmaster.pid'), 'utf8');
      process.kill(Number.parseInt(pidFile, 10), 'SIGKILL');
      await ask(standbyUrl, 'SELECT pg_promote()');
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([primary.stop(), standby.stop()]);
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function ask(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** Starts a separate Redis for tests that restart, flush or configure it. */
export async function ownRedis(settings: Record<string, string> = {}): Promise<OwnService> {
  const folder = await openServiceFolder();
  const options = { dataDir: join(folder.path, 'redis'), port: await freePort(), settings };
  let running = await startRedis(options);
  return restartable(running.url, folder, {
    stop: () => running.stop(),
    async start() {
      running = await startRedis(options);
    },
  });
}

function restartable(
  url: string,
  folder: ServiceFolder,
  turn: Pick<OwnService, 'stop' | 'start'>,
): OwnService {
  return {
    url,
    ...turn,
    async [Symbol.asyncDispose]() {
      await turn.stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}
