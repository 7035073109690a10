import { join } from 'node:path';
import { migrateDatabase } from '#database';
import { migrateQueue } from '#jobs';
import { freePort, nodeFlags, workerFlags } from '#local';
import type { App } from './app.js';
import { type Backend, type Base, builtProgram, openBase } from './base.js';
import { emulatorFaults } from './emulator-faults.js';
import { Link } from './link.js';
import type { Part } from './part.js';
import { pipelines } from './pipelines.js';
import { openScratchDisk, type ScratchDisk } from './scratch.js';

const workerCount = 2;

/** A whole Landfall with everything it needs, each part in its own process, and the links between them. */
export interface Stack extends Base {
  readonly api: App;
  readonly workers: readonly App[];
  readonly parts: readonly Part[];
  readonly links: readonly Link[];
  readonly scratch: readonly ScratchDisk[];
  readonly apiUrl: string;
}

/**
 * Starts the stack in `folder` and registers its shutdown with `stack`.
 * @throws Error if a part does not start
 */
export async function openStack(
  stack: AsyncDisposableStack,
  { backend, seed, folder }: { backend: Backend; seed: number; folder: string },
): Promise<Stack> {
  const apiPort = await freePort();
  const openLink = async (name: string, port: number) => stack.use(await Link.open(name, port));
  const ossToApi = await openLink('oss → api', apiPort);
  const base = await openBase(stack, {
    backend,
    folder,
    pipelines,
    publicUrl: `http://127.0.0.1:${ossToApi.port}`,
    emulatorFaults: emulatorFaults(seed),
  });
  const { postgres, redis, emulator, databaseUrl, queueUrl, oss, startApp } = base;
  await migrateDatabase(databaseUrl);
  await migrateQueue(queueUrl);
  const portOf = (url: string) => Number(new URL(url).port);
  const apiToPostgres = await openLink('api → postgres', portOf(databaseUrl));
  const workerToPostgres = await openLink('worker → postgres', portOf(databaseUrl));
  const workerToOss = await openLink('worker → oss', portOf(oss.endpoint));
  const workerToRedis = redis && (await openLink('worker → redis', portOf(redis.url)));
  const links = [
    apiToPostgres,
    workerToPostgres,
    workerToOss,
    ossToApi,
    ...(workerToRedis ? [workerToRedis] : []),
  ];
  const api = await startApp({
    name: 'api',
    path: builtProgram('api'),
    env: { API_PORT: String(apiPort), DATABASE_URL: through(apiToPostgres, databaseUrl) },
    flags: nodeFlags,
  });
  const scratch: ScratchDisk[] = [];
  const workers: App[] = [];
  for (let number = 1; number <= workerCount; number += 1) {
    const disk = stack.use(await openScratchDisk(join(folder, `scratch-${number}`)));
    scratch.push(disk);
    const env = {
      DATABASE_URL: through(workerToPostgres, databaseUrl),
      QUEUE_URL: through(workerToRedis ?? workerToPostgres, queueUrl),
      OSS_ENDPOINT: through(workerToOss, 'http://127.0.0.1'),
      MEDIA_SCRATCH_DIR: disk.folder,
    };
    const name = `worker-${number}`;
    workers.push(await startApp({ name, path: builtProgram('worker'), env, flags: workerFlags }));
  }
  return {
    ...base,
    api,
    workers,
    parts: [postgres, ...(redis ? [redis] : []), emulator, api, ...workers],
    links,
    scratch,
    apiUrl: `http://127.0.0.1:${apiPort}`,
  };
}

function through(link: Link, url: string): string {
  const changed = new URL(url);
  changed.port = String(link.port);
  return changed.href;
}
