import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Waits until stdin closes, which means that this process has ended; then stops the services with data
 * in the folder $1 and removes the folder. SIGINT is Postgres's fast shutdown.
 */
const watchScript = `
  read -r _
  for file in "$1"/*/data/postmaster.pid "$1"/*/redis.pid
  do [ -f "$file" ] && kill -s INT "$(head -n 1 "$file")"
  done
  sleep 3
  rm -rf "$1"`;

/**
 * A temporary folder with a subfolder for each test service. Neither the folder nor the services
 * outlive this process.
 */
export interface ServiceFolder extends AsyncDisposable {
  path: string;
}

/** Creates a service folder. If no shell can be started, a killed run is not cleaned up. */
export async function openServiceFolder(): Promise<ServiceFolder> {
  const path = await mkdtemp(join(tmpdir(), 'landfall-test-'));
  // As root, Postgres runs as another user, who must be able to traverse the folder.
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
