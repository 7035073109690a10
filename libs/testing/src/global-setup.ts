import { join } from 'node:path';
import { createDatabaseIfMissing, migrateDatabase } from '#database';
import { migrateQueue } from '#jobs';
import { ensureFfmpeg, ensureRedis, findChromium, freePort, startPostgres, startRedis } from '#local';
import type { TestProject } from 'vitest/node';
import { openServiceFolder } from './service-folder.js';

/** The services of one test run. */
export interface TestServices {
  /** Superuser's URL of the server's `postgres` database. */
  postgresUrl: string;
  redisUrl: string;
  ffmpegPath: string;
  ffprobePath: string;
  /** Null if none is installed: the tests that play streams are skipped. */
  chromiumPath: string | null;
}

declare module 'vitest' {
  interface ProvidedContext {
    services: TestServices;
  }
}

/** Every test database is a copy of this one. */
export const templateDatabase = 'landfall_template';

/** Starts Postgres and Redis on free ports in a temporary folder, only for this run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const redis = await ensureRedis();
  const ffmpeg = await ensureFfmpeg();
  if (redis.missing) throw new Error(`the tests need Redis; type: ${redis.command}`);
  if (ffmpeg.missing) throw new Error(`the tests need ffmpeg; type: ${ffmpeg.command}`);
  const folder = await openServiceFolder();
  const postgres = await startPostgres({
    dataDir: join(folder.path, 'postgres'),
    port: await freePort(),
    logFile: join(folder.path, 'postgres.log'),
    fast: true,
  });
  const redisServer = await startRedis({ dataDir: join(folder.path, 'redis'), port: await freePort() });
  await createDatabaseIfMissing(postgres.url, templateDatabase);
  const template = databaseUrl(postgres.url, templateDatabase);
  await migrateDatabase(template);
  await migrateQueue(template);
  project.provide('services', {
    postgresUrl: postgres.url,
    redisUrl: redisServer.url,
    ffmpegPath: ffmpeg.ffmpegPath,
    ffprobePath: ffmpeg.ffprobePath,
    chromiumPath: (await findChromium()) ?? null,
  });
  return async () => {
    await redisServer.stop();
    await postgres.stop();
    await folder[Symbol.asyncDispose]();
  };
}

/** The URL of another database on the same server. */
export function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
