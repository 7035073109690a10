import { join } from 'node:path';
import { createDatabaseIfMissing, migrateDatabase } from '#database';
import { migrateQueue } from '#jobs';
import { freePort, startPostgres, startRedis } from '#local';
import { databaseUrl } from './global-setup.js';
import { openServiceFolder, type ServiceFolder } from './service-folder.js';

/** A service that a test may stop and restart with its data. */
export interface OwnService extends AsyncDisposable {
  url: string;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** A separate, migrated Postgres for tests that restart it. About 2 s. */
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

/** A separate Redis for tests that restart or flush it. */
export async function ownRedis(): Promise<OwnService> {
  const folder = await openServiceFolder();
  const options = { dataDir: join(folder.path, 'redis'), port: await freePort() };
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
