import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Waits until its stdin closes, which is when this process is gone; then ends the services that keep their data in the folder
 * $1, and removes it. SIGINT is Postgres's fast shutdown.
 */
const watchScript = `
  read -r _
  for file in "$1"/postgres/data/postmaster.pid "$1"/redis/redis.pid
  do [ -f "$file" ] && kill -s INT "$(head -n 1 "$file")"
  done
  sleep 3
  rm -rf "$1"`;

/** A temporary folder for services of tests, `postgres` and `redis` in it. They and it do not outlive this process. */
export interface ServiceFolder extends AsyncDisposable {
  path: string;
}

/** Makes such a folder. Where no shell can be started, nothing ends what a killed run leaves. */
export async function openServiceFolder(): Promise<ServiceFolder> {
  const path = await mkdtemp(join(tmpdir(), 'landfall-test-'));
  // Run by root, Postgres is another user's, who has to get through.
  await chmod(path, 0o755);
  const watcher = spawn('/bin/sh', ['-c', watchScript, 'sh', path], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.on('error', () => watcher.kill()).unref();
  return {
    path,
    async [Symbol.asyncDispose]() {
      watcher.kill('SIGKILL');
      await rm(path, { recursive: true, force: true });
    },
  };
}
