import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freePort, isRunning, startPostgres, type LocalPostgres } from '#local';

const isRoot = process.getuid?.() === 0;
let folder: string;
let dataDir: string;
let port: number;
const started: LocalPostgres[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-postgres-'));
  await chmod(folder, 0o755);
  dataDir = join(folder, 'postgres');
  port = await freePort();
});

afterEach(async () => {
  for (const postgres of started.splice(0)) {
    await postgres.stop();
    await rm(postgres.dataDir, { recursive: true, force: true });
  }
  await rm(folder, { recursive: true });
});

async function start(fast = true) {
  const postgres = await startPostgres({ dataDir, port, logFile: join(folder, 'postgres.log'), fast });
  started.push(postgres);
  return postgres;
}

async function query(url: string, sql: string) {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

function postmasterPid({ dataDir }: LocalPostgres): number {
  return Number.parseInt(readFileSync(join(dataDir, 'data', 'postmaster.pid'), 'utf8'), 10);
}

describe('startPostgres', () => {
  test('makes a cluster with checksums that lasts from run to run, and leaves nothing running', async () => {
    const first = await start();
    expect(await query(first.url, 'SHOW data_checksums')).toEqual([{ data_checksums: 'on' }]);
    expect(await query(first.url, 'SHOW server_encoding')).toEqual([{ server_encoding: 'UTF8' }]);
    await query(first.url, 'CREATE TABLE kept (id int)');
    const pid = postmasterPid(first);
    await first.stop();
    expect(await isRunning(pid)).toBe(false);
    await first.stop();

    const second = await start();
    expect(second.url).toBe(first.url);
    expect(await query(second.url, 'SELECT count(*)::int AS rows FROM kept')).toEqual([{ rows: 0 }]);
  });

  test('recovers what was committed when everything was killed', async () => {
    const first = await start(false);
    await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS id');
    process.kill(postmasterPid(first), 'SIGKILL');
    const second = await start(false);
    expect(await query(second.url, 'SELECT id FROM kept')).toEqual([{ id: 1 }]);
  });

  test('ends the Postgres that a killed run left behind, and takes its place', async () => {
    const first = await start();
    const left = postmasterPid(first);
    const second = await start();
    expect(await isRunning(left)).toBe(false);
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('is not kept from starting by a postmaster.pid whose number is a stranger now', async () => {
    const first = await start();
    await first.stop();
    const file = join(first.dataDir, 'data', 'postmaster.pid');
    await writeFile(file, `${process.pid}\n${join(first.dataDir, 'data')}\n1\n${port}\n\n127.0.0.1\n`);
    const second = await start();
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await isRunning(process.pid)).toBe(true);
  });

  test('makes a cluster again whose making was cut short', async () => {
    await mkdir(join(dataDir, 'data', 'base'), { recursive: true });
    await writeFile(join(dataDir, 'data', 'PG_VERSION'), '18\n');
    await mkdir(join(`${dataDir}.unfinished`, 'data'), { recursive: true });
    if (isRoot) await giveToPostgres(dataDir);
    const postgres = await start();
    expect(await query(postgres.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(existsSync(`${dataDir}.unfinished`)).toBe(false);
  });

  test('says which port is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    await expect(start()).rejects.toMatchObject({
      code: 'local.port_busy',
      message: expect.stringContaining(String(port)),
    });
    await new Promise((resolve) => server.close(resolve));
  });

  test('passes on what Postgres says when it does not start', async () => {
    const first = await start();
    await first.stop();
    await rm(join(first.dataDir, 'data', 'global', 'pg_control'));
    await expect(start()).rejects.toMatchObject({
      code: 'local.postgres_failed',
      message: expect.stringContaining('pg_control'),
    });
  });

  test.runIf(isRoot)('keeps the data elsewhere when the folder is closed to the user postgres', async () => {
    await chmod(folder, 0o700);
    const first = await start();
    expect(first.dataDir).toMatch(/^\/var\/lib\/landfall\//);
    await query(first.url, 'CREATE TABLE kept (id int)');
    const second = await start();
    expect(second.dataDir).toBe(first.dataDir);
    expect(await query(second.url, 'SELECT count(*)::int AS rows FROM kept')).toEqual([{ rows: 0 }]);

    // Somebody removes what they can see of it, to begin anew.
    await second.stop();
    await rm(dataDir);
    const third = await start();
    await expect(query(third.url, 'SELECT FROM kept')).rejects.toThrow('kept');
  });

  test.runIf(isRoot)("refuses a cluster that belongs to somebody else with the owner's number", async () => {
    await mkdir(dataDir);
    await expect(start()).rejects.toMatchObject({
      code: 'local.postgres_failed',
      message: expect.stringContaining('belongs to user id 0'),
    });
  });
});

async function giveToPostgres(path: string) {
  const { execFileSync } = await import('node:child_process');
  execFileSync('chown', ['postgres', path]);
}
