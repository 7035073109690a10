import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { commandLineOf, endProcesses, findMarkedProcesses } from '#local';
import { eventually, ossClient, type UploadView } from '#testing';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { png } from '../fixtures/files.fixture.js';

const run = promisify(execFile);
const command = 'dist/programs/landfall.js';

let folder: string;
let dataDir: string;
/** In the environment of every process of ours that a test has started; Postgres has none of it. */
let marker: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-local-run-'));
  // As root: what the user postgres cannot reach would lie elsewhere, and stay.
  await chmod(folder, 0o755);
  dataDir = join(folder, 'data');
  marker = `LANDFALL_TEST=${folder}`;
});
afterEach(async () => {
  await endProcesses(await findMarkedProcesses(marker), 0);
  await rm(folder, { recursive: true, force: true });
});

/** For a start on a machine whose usual ports are taken. */
function environment(): Record<string, string> {
  const [name = '', value = ''] = marker.split('=');
  const { ffmpegPath, ffprobePath } = inject('services');
  return {
    PATH: process.env['PATH'] ?? '',
    [name]: value,
    LOCAL_DATA_DIR: dataDir,
    LOCAL_POSTGRES_PORT: '0',
    API_PORT: '0',
    EMULATOR_PORT: '0',
    FFMPEG_PATH: ffmpegPath,
    FFPROBE_PATH: ffprobePath,
  };
}

interface Facts {
  apiUrl: string;
  apiKey: string;
  callbackUrl: string;
  oss: { endpoint: string; bucket: string };
}

interface LocalRun {
  process: ChildProcess;
  facts: Facts;
  output: () => string;
}

const readJson = async <T>(name: string) => JSON.parse(await readFile(join(dataDir, name), 'utf8')) as T;
const isThere = async (name: string) =>
  stat(join(dataDir, name)).then(
    () => true,
    () => false,
  );

async function start(): Promise<LocalRun> {
  const child = spawn(process.execPath, [command, 'start'], {
    env: environment(),
    // With the channel it ends when this process does.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  await eventually(() => {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`it has ended:\n${output}`);
    return output.includes('Landfall is running.') || undefined;
  }, 120_000);
  return { process: child, facts: await readJson('local.json'), output: () => output };
}

/** Ends a run and waits until it is gone; gives its exit code. */
async function end({ process }: LocalRun, signal: NodeJS.Signals): Promise<number | null> {
  const closed = once(process, 'close');
  process.kill(signal);
  await closed;
  return process.exitCode;
}

async function get<T>({ facts }: LocalRun, path: string): Promise<T> {
  const answer = await fetch(`${facts.apiUrl}${path}`, {
    headers: { authorization: `Bearer ${facts.apiKey}` },
  });
  return (await answer.json()) as T;
}

/** What of a run is there when it has ended: its processes, Postgres, and the files that tell others of it. */
async function leftovers(): Promise<(string | number)[]> {
  const files = ['local.json', 'run.json', 'postgres/data/postmaster.pid'];
  const there = await Promise.all(files.map(isThere));
  return [...(await findMarkedProcesses(marker)), ...files.filter((_, index) => there[index])];
}

/** `landfall upload` without a file sends its sample picture. */
async function uploadSample(local: LocalRun): Promise<UploadView> {
  const { stdout } = await run(process.execPath, [command, 'upload'], { env: environment() });
  const { id } = JSON.parse(stdout) as { id: string };
  return eventually(async () => {
    const upload = await get<UploadView>(local, `/v1/uploads/${id}`);
    return upload.status === 'ready' || upload.status === 'failed' ? upload : undefined;
  });
}

test('landfall start makes media of an upload, is alone in its folder, and leaves nothing but the data', async () => {
  const local = await start();
  const upload = await uploadSample(local);
  expect(upload).toMatchObject({ status: 'ready', metadata: { width: 1600, height: 1200 } });
  expect(upload.renditions.length).toBeGreaterThan(0);
  for (const { url } of upload.renditions) {
    const picture = await fetch(url ?? '');
    expect([picture.status, picture.headers.get('content-type')]).toEqual([
      200,
      expect.stringMatching(/^image/),
    ]);
  }

  await expect(run(process.execPath, [command, 'start'], { env: environment() })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining(local.facts.apiUrl),
  });
  const missing = join(folder, 'no.jpg');
  await expect(
    run(process.execPath, [command, 'upload', missing], { env: environment() }),
  ).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('no such file or directory') });

  expect(await end(local, 'SIGINT')).toBe(0);
  expect(local.output()).toContain('Landfall has stopped.');
  expect(await leftovers()).toEqual([]);

  const again = await start();
  expect(await get(again, `/v1/uploads/${upload.id}`)).toMatchObject({ status: 'ready' });
  expect(await end(again, 'SIGTERM')).toBe(0);
});

test('after kill -9 the next start finds the data, and nothing in its way', async () => {
  const killed = await start();
  const { id } = await uploadSample(killed);
  expect(await end(killed, 'SIGKILL')).toBeNull();
  const next = await start();
  expect(await get(next, `/v1/uploads/${id}`)).toMatchObject({ status: 'ready' });
  expect((await uploadSample(next)).status).toBe('ready');
  expect(await end(next, 'SIGTERM')).toBe(0);
  expect(await leftovers()).toEqual([]);
});

/** Whether few enough uploads wait for the worker. While the api is away nobody knows. */
async function hasRoom(local: LocalRun): Promise<true | undefined> {
  try {
    let waiting = 0;
    for (const status of ['stored', 'processing']) {
      const path = `/v1/uploads?status=${status}&limit=${mostWaiting}`;
      waiting += (await get<{ items: unknown[] }>(local, path)).items.length;
    }
    return waiting < mostWaiting || undefined;
  } catch {
    return undefined;
  }
}
/** Without a bound the last upload would wait for as many others as this machine accepts meanwhile. */
const mostWaiting = 100;

/** Uploads small pictures one after the other until told to stop; tells which ones OSS was answered for. */
function keepUploading(local: LocalRun): { stop: () => Promise<string[]>; accepted: string[] } {
  const { facts } = local;
  const client = ossClient({ emulator: { url: facts.oss.endpoint } });
  client.useBucket(facts.oss.bucket);
  const body = 'bucket=${bucket}&object=${object}&etag=${etag}&size=${size}&mimeType=${mimeType}';
  const accepted: string[] = [];
  const stopping = new AbortController();
  const upload = async () => {
    for (let count = 0; !stopping.signal.aborted; count += 1) {
      if (count % 20 === 0) await eventually(() => hasRoom(local));
      const picture = await png(20 + (count % 100), 10);
      const put = client.put(`kill/${count}.png`, picture, { callback: { url: facts.callbackUrl, body } });
      // Refused while a part is away: its uploader is told, and nothing was promised.
      const answer = (await put.catch(() => undefined))?.data as { id: string } | undefined;
      if (answer) accepted.push(answer.id);
    }
  };
  const done = upload();
  return {
    accepted,
    stop: async () => {
      stopping.abort();
      await done;
      return accepted;
    },
  };
}

/** The process id of a part of the run. */
async function findPart(name: string): Promise<number> {
  if (name === 'postgres')
    return Number.parseInt(await readFile(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8'), 10);
  for (const pid of await findMarkedProcesses(marker)) {
    if ((await commandLineOf(pid)).endsWith(`programs/${name}.js`)) return pid;
  }
  throw new Error(`${name} does not run`);
}

test('kill -9 of each part in turn, three times, while uploads run: each starts again, says so, and what was accepted is ready', async () => {
  const local = await start();
  const uploading = keepUploading(local);
  const linesOf = (line: string) => local.output().split(line).length - 1;
  for (let round = 1; round <= 3; round += 1) {
    for (const part of ['postgres', 'emulator', 'api', 'worker']) {
      const before = uploading.accepted.length;
      process.kill(await findPart(part), 'SIGKILL');
      await eventually(() => linesOf(`${part} is ready again`) === round || undefined);
      await eventually(() => uploading.accepted.length > before || undefined);
    }
  }
  for (const part of ['postgres', 'emulator', 'api', 'worker'])
    expect([part, linesOf(`${part} ended (`)]).toEqual([part, 3]);
  const accepted = await uploading.stop();
  for (const id of accepted) {
    const status = await eventually(async () => {
      const upload = await get<UploadView>(local, `/v1/uploads/${id}`);
      return ['ready', 'failed', 'ignored'].includes(upload.status) ? upload.status : undefined;
    });
    expect(status).toBe('ready');
  }
  expect(await end(local, 'SIGTERM')).toBe(0);
  expect(await leftovers()).toEqual([]);
});

test('landfall start ends when the process that started it dies before it is up', async () => {
  const parent = `
    const { fork } = require('node:child_process');
    fork('${command}', ['start'], { detached: true, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    process.kill(process.pid, 'SIGKILL');`;
  await run(process.execPath, ['-e', parent], { env: environment() }).catch(() => undefined);
  await eventually(async () => (await leftovers()).length === 0 || undefined);
  expect(await leftovers()).toEqual([]);
});
