import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const readyTimeoutMs = 60_000;
const lookEveryMs = 5;
const bootstrap = fileURLToPath(new URL('../../../apps/cli/bootstrap.mjs', import.meta.url));

export interface LocalRuns {
  /**
   * Runs what `npm start` runs until everything is ready, then ends it.
   * @param data whether to keep the data of the previous run
   * @throws Error with its output if it does not become ready
   */
  start(data: 'kept' | 'new'): Promise<{ ms: number; cpuMs: number }>;
}

/** @param env only NODE_COMPILE_CACHE is used */
export async function openLocalRuns(
  stack: AsyncDisposableStack,
  { NODE_COMPILE_CACHE = '' }: Record<string, string>,
): Promise<LocalRuns> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-bench-run-'));
  const dirs = { kept: join(folder, 'kept'), new: join(folder, 'new') };
  const remove = async (dir: string) => {
    // When run as root, the files of Postgres are elsewhere and this is a symlink to them.
    const postgres = join(dir, 'postgres');
    for (const path of [existsSync(postgres) ? await realpath(postgres) : postgres, dir])
      await rm(path, { recursive: true, force: true });
  };
  stack.defer(async () => {
    for (const dir of [dirs.kept, dirs.new, folder]) await remove(dir);
  });
  const env = {
    PATH: process.env['PATH'] ?? '',
    NODE_COMPILE_CACHE,
    LOCAL_POSTGRES_PORT: '0',
    API_PORT: '0',
    EMULATOR_PORT: '0',
  };
  return {
    async start(data) {
      const dir = dirs[data];
      if (data === 'new') await remove(dir);
      return measureRun({ ...env, LOCAL_DATA_DIR: dir });
    },
  };
}

async function measureRun(env: { LOCAL_DATA_DIR: string } & NodeJS.ProcessEnv) {
  const startedAt = performance.now();
  // In a process group of its own: Ctrl-C reaches only this process, which ends it in order.
  const child = spawn(process.execPath, [bootstrap, 'start'], {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-20_000)));
  const ended = once(child, 'close');
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  const ready = join(env.LOCAL_DATA_DIR, 'local.json');
  let ms = 0;
  try {
    while (!existsSync(ready)) {
      ms = performance.now() - startedAt;
      if (isOver() || ms > readyTimeoutMs)
        throw new Error(`npm start is not ready after ${Math.round(ms)} ms; it printed:\n${output}`);
      await pause(lookEveryMs);
    }
    ms = performance.now() - startedAt;
  } finally {
    if (!isOver()) child.kill('SIGTERM');
    await ended;
  }
  return { ms, cpuMs: 0 };
}
