import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pause } from '#runtime';
import { bringUp } from './bring-up.js';
import { localRunFile } from './local-run-facts.js';
import { checkPorts, readLocalSettings } from './local-settings.js';
import { takeRunLock } from './run-lock.js';

/** Time limit for the shutdown of everything, even if something hangs. */
const stopTimeoutMs = 9_500;

const logNames = ['postgres', 'emulator', 'api', 'worker'];

/**
 * `landfall start`: starts Postgres, the OSS emulator, api and worker, prints their addresses, and stops them all on
 * SIGINT, SIGTERM, SIGHUP or when the parent process has gone. Resolves with the exit code when all have ended. With
 * `watches`, rebuilds changed sources and restarts the affected apps.
 * @throws LandfallError local.already_running, local.port_busy, local.postgres_failed, local.process_failed,
 * config.invalid
 */
export async function startLocalRun(
  { watches }: { watches: boolean },
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const settings = await readLocalSettings(env);
  const lock = await takeRunLock(settings.dataDir, settings);
  const factsFile = localRunFile(settings.dataDir);
  await rm(factsFile, { force: true });
  const stopping = stopOnSignals();
  const stops: (() => Promise<void>)[] = [];
  try {
    await checkPorts(settings);
    await keepLastLogs(join(settings.dataDir, 'log'));
    await bringUp({ settings, marker: lock.marker, factsFile, stops, signal: stopping, watches });
    await aborted(stopping);
  } catch (error) {
    // Interrupting the startup is not a failure.
    if (!stopping.aborted) throw error;
  } finally {
    await rm(factsFile, { force: true });
    const stopped = new AbortController();
    await Promise.race([stopAll(stops), pause(stopTimeoutMs, stopped.signal)]);
    stopped.abort();
    await lock.endLeftovers(0);
    await lock.release();
  }
  console.log('Landfall has stopped.');
  return 0;
}

/** Stops in reverse order. A failure to stop one must not block the others. */
async function stopAll(stops: readonly (() => Promise<void>)[]): Promise<void> {
  for (const stop of stops.toReversed()) {
    await stop().catch((error: unknown) => console.error('During shutdown:', error));
  }
}

function stopOnSignals(): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    if (!controller.signal.aborted) console.log('\nStopping …');
    controller.abort();
  };
  // Not `once`: the terminal and npm both forward Ctrl-C, and the second signal must not kill this process.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  process.once('disconnect', stop);
  // The parent process has already ended.
  if (process.connected === false) stop();
  process.channel?.unref();
  return controller.signal;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Keeps the logs of the previous run beside the new ones, as `.last`. */
async function keepLastLogs(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of logNames) {
    const file = join(folder, `${name}.log`);
    await rename(file, `${file}.last`).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}
