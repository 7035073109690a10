import { createServer, type Server } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabaseIfMissing } from '#database';
import { ensureFfmpeg, freePort, type LocalPostgres, startPostgres, startRedis } from '#local';
import { Client } from 'pg';

/** A separate Postgres for this run, durable as in production. */
export interface BenchPostgres extends AsyncDisposable {
  /** Process id of the postmaster, whose children serve the connections. */
  readonly pid: number;
  /** Path of its log file. */
  readonly logFile: string;
  /** Creates an empty database, unless it exists, and returns its URL. */
  createDatabase(name: string): Promise<string>;
}

/** @param kept folder whose databases are kept after the run; without it, a temporary folder is used and removed */
export async function openPostgres(kept?: string): Promise<BenchPostgres> {
  const folder = kept ?? (await mkdtemp(join(tmpdir(), 'landfall-bench-postgres-')));
  const dataDir = join(folder, 'cluster');
  const logFile = join(folder, 'postgres.log');
  const postgres = await startPostgres({ dataDir, port: await freePort(), logFile });
  return {
    pid: await readPid(postgres),
    logFile,
    async createDatabase(name) {
      await createDatabaseIfMissing(postgres.url, name);
      const url = new URL(postgres.url);
      url.pathname = `/${name}`;
      return url.href;
    },
    async [Symbol.asyncDispose]() {
      await postgres.stop();
      if (kept !== undefined) return;
      for (const path of [postgres.dataDir, folder]) await rm(path, { recursive: true, force: true });
    },
  };
}

/** The first line of postmaster.pid is the id of the postmaster. */
export async function readPid({ dataDir }: LocalPostgres): Promise<number> {
  return Number.parseInt(await readFile(join(dataDir, 'data', 'postmaster.pid'), 'utf8'), 10);
}

export async function openRedis(): Promise<AsyncDisposable & { readonly url: string }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'landfall-bench-redis-'));
  const redis = await startRedis({ dataDir, port: await freePort() });
  return {
    url: redis.url,
    async [Symbol.asyncDispose]() {
      await redis.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Serves the public key of callbacks, as OSS does. */
export async function serveKey(pem: string): Promise<AsyncDisposable & { readonly url: string }> {
  const server: Server = createServer((_request, response) => response.end(pem));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}/callback_pub_key_v1.pem`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export async function connectTo(databaseUrl: string): Promise<AsyncDisposable & { readonly client: Client }> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  return { client, [Symbol.asyncDispose]: () => client.end() };
}

/** @throws Error with the command that installs it */
export async function findFfmpeg(): Promise<string> {
  return (await findFfmpegTools()).ffmpegPath;
}

/**
 * Finds ffmpeg and ffprobe.
 * @throws Error with the command that installs them
 */
export async function findFfmpegTools(): Promise<{ ffmpegPath: string; ffprobePath: string }> {
  const ffmpeg = await ensureFfmpeg();
  if (ffmpeg.missing) throw new Error(`ffmpeg is needed; type: ${ffmpeg.command}`);
  const { ffmpegPath, ffprobePath } = ffmpeg;
  return { ffmpegPath, ffprobePath };
}
