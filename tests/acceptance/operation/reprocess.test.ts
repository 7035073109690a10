import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import sharp from 'sharp';
import {
  type AppProcess,
  eventually,
  ossClient,
  queueKinds,
  type Stack,
  startApp,
  startStack,
} from '#testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { turnedPhoto, video } from '../fixtures/files.fixture.js';
import { putObject } from '../fixtures/uploads.fixture.js';

const run = promisify(execFile);
const hurried = { WORKER_SWEEP_INTERVAL_MS: '500', WORKER_SWEEP_AFTER_MS: '5000' };

interface View {
  id: string;
  status: string;
  renditions: { name: string; status: string; width: number; objectKey: string; url: string }[];
}

/** A pipelines file: thumbnails of images, an AVIF too, and a stream of videos. */
function file(images: string[], heights: string): string {
  return [
    'version: 1',
    'pipelines:',
    '  - name: photos',
    '    match: { kind: image }',
    '    renditions:',
    ...images.map((image) => `      - { kind: image, ${image} }`),
    '  - name: films',
    '    match: { kind: video }',
    '    renditions:',
    '      - { name: poster, kind: poster, width: 320 }',
    `      - { name: stream, kind: hls, heights: [${heights}] }`,
  ].join('\n');
}

const before = file(
  [
    'name: fine, width: 200, format: avif',
    'name: small, width: 100, format: webp',
    'name: large, width: 300, format: webp',
  ],
  '144',
);
const after = file(
  [
    'name: tiny, width: 16, format: png',
    'name: small, width: 120, format: webp',
    'name: large, width: 300, format: webp',
    'name: fine, width: 200, format: avif',
  ],
  '96',
);

describe.each(queueKinds)('renditions made again with the queue on %s', (queue) => {
  let folder: string;
  let stack: Stack;
  let api: AppProcess;
  let worker: AppProcess;
  let afterFile: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'landfall-reprocess-'));
    afterFile = join(folder, 'after.yaml');
    await writeFile(join(folder, 'before.yaml'), before);
    await writeFile(afterFile, after);
    stack = await startStack(queue, { ...hurried, PIPELINES_FILE: join(folder, 'before.yaml') });
    worker = stack.worker;
    // The release with the changed file.
    api = await startApp('api', { ...stack.env, PIPELINES_FILE: afterFile });
  });
  afterAll(async () => {
    await api.end();
    await stack[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const put = (key: string, content: Buffer | string) => putObject(stack, key, content);
  const ask = async (id: string, body?: unknown, key = stack.env['API_KEYS']) => {
    const answer = await fetch(`${api.url}/v1/uploads/${id}/reprocess`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as View & { code?: string } };
  };
  const landfall = async (...words: string[]) => {
    const main = 'dist/programs/landfall.js';
    const env = { ...process.env, LANDFALL_ENV: 'development', ...stack.env, PIPELINES_FILE: afterFile };
    return (await run(process.execPath, [main, 'reprocess', ...words], { env })).stdout;
  };
  const viewOf = (id: string) => stack.get<View>(`/v1/uploads/${id}`);
  const named = (upload: View, name: string) => {
    const found = upload.renditions.find((rendition) => rendition.name === name);
    if (!found) throw new Error(`there is no ${name}`);
    return found;
  };
  const keysOf = async (id: string): Promise<string[]> => {
    const { objects } = await ossClient(stack).listV2(
      { prefix: `renditions/${id}/`, 'max-keys': '1000' },
      {},
    );
    return (objects ?? []).map((object) => object.name).toSorted();
  };
  /** Nobody waits an hour: all that URLs were given out for is over now. */
  const endUrls = async () => {
    const client = new Client({ connectionString: stack.databaseUrl });
    await client.connect();
    const { rowCount } = await client.query(
      `UPDATE rendition_versions SET due_at = now() - interval '8 days' WHERE due_at IS NOT NULL`,
    );
    await client.end();
    return rowCount;
  };

  test('a changed preset: the old one is served until the new one is, others are left alone, old objects go although workers die', async () => {
    const photo = await put('photos/one.jpg', await turnedPhoto(640, 480));
    const film = await put('films/one.mp4', await video(folder, { seconds: 2, size: '320x240' }));
    const first = (await stack.waitFor(photo, 'ready', 'failed')) as unknown as View;
    const firstFilm = (await stack.waitFor(film, 'ready', 'failed')) as unknown as View;
    expect(first.status).toBe('ready');
    expect(firstFilm.status).toBe('ready');
    const oldKeys = await keysOf(photo);
    const oldFilmKeys = await keysOf(film);
    expect(oldKeys).toHaveLength(3);

    await worker.end();
    const asked = await ask(photo);
    expect(asked.status).toBe(202);
    expect(asked.body.status).toBe('ready');
    expect(named(asked.body, 'tiny').status).toBe('pending');
    expect(named(asked.body, 'small')).toMatchObject({ status: 'ready', width: 100 });
    expect((await fetch(named(asked.body, 'small').url)).status).toBe(200);
    expect((await ask(film)).status).toBe(202);
    expect((await ask(photo)).status).toBe(202);

    // One worker makes them and dies before the old ones are removed.
    worker = await stack.startWorker({ PIPELINES_FILE: afterFile });
    const made = await eventually(async () => {
      const [upload, other] = [await viewOf(photo), await viewOf(film)];
      const isDone =
        named(upload, 'small').width === 120 &&
        named(upload, 'tiny').status === 'ready' &&
        named(other, 'stream').objectKey !== named(firstFilm, 'stream').objectKey;
      return isDone ? upload : undefined;
    });
    await worker.end('SIGKILL');
    expect(made.status).toBe('ready');
    expect(made.renditions.map((rendition) => rendition.name)).toEqual(['tiny', 'small', 'large', 'fine']);
    for (const name of ['large', 'fine'])
      expect(named(made, name).objectKey).toBe(named(first, name).objectKey);
    const bytes = Buffer.from(await (await fetch(named(made, 'small').url)).arrayBuffer());
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width: 120 });
    // URLs that were given out before hold.
    expect((await fetch(named(first, 'small').url)).status).toBe(200);
    expect(await keysOf(photo)).toEqual(expect.arrayContaining(oldKeys));

    expect(await endUrls()).toBe(2);
    worker = await stack.startWorker({ PIPELINES_FILE: afterFile });
    const gone = named(first, 'small').objectKey;
    await eventually(async () => ((await keysOf(photo)).includes(gone) ? undefined : true));
    expect(await keysOf(photo)).toEqual(made.renditions.map((rendition) => rendition.objectKey).toSorted());
    const oldStream = oldFilmKeys.filter((key) => key.includes('/stream-'));
    expect(oldStream.length).toBeGreaterThan(2);
    await eventually(async () => {
      const keys = await keysOf(film);
      return oldStream.some((key) => keys.includes(key)) ? undefined : true;
    });
    const now = named(await viewOf(film), 'stream');
    const playlist = await (await fetch(now.url)).text();
    expect(playlist).toContain('#EXTM3U');
  });

  test('over a filter: a dry run counts, then what the filter finds is made again, and nothing twice', async () => {
    const ids = [];
    const content = await turnedPhoto(320, 240);
    // Uploaded as before the change: this worker has the old file.
    await using old = await startStack(queue, { ...hurried, PIPELINES_FILE: join(folder, 'before.yaml') });
    for (const key of ['a/1.jpg', 'a/2.jpg', 'b/3.jpg']) ids.push(await putObject(old, key, content));
    for (const id of ids) expect((await old.waitFor(id, 'ready', 'failed')).status).toBe('ready');
    const env = { ...process.env, LANDFALL_ENV: 'development', ...old.env, PIPELINES_FILE: afterFile };
    const reprocess = async (...words: string[]) =>
      (await run(process.execPath, ['dist/programs/landfall.js', 'reprocess', ...words], { env })).stdout;
    const where = ['--rendition', 'small', '--where', 'kind=image', '--where', 'prefix=a/'];
    const since = ['--where', 'status=ready', '--where', 'createdAfter=2020-01-01T00:00:00Z'];
    expect(await reprocess(...where, ...since, '--dry-run')).toContain(
      'checked 2 uploads: 2 renditions of 2 would be remade',
    );
    expect(await reprocess(...where, ...since)).toContain('2 renditions of 2 will be remade');
    for (const id of ids.slice(0, 2))
      await eventually(async () =>
        named(await old.get<View>(`/v1/uploads/${id}`), 'small').width === 120 ? true : undefined,
      );
    expect(await reprocess(...where)).toContain('0 renditions of 0 will be remade');
    const other = await old.get<View>(`/v1/uploads/${ids[2]}`);
    expect(named(other, 'small').width).toBe(100);
    expect(other.renditions.map((rendition) => rendition.name)).not.toContain('tiny');
  });

  test('what failed as a whole is made again when it can be', async () => {
    const content = await turnedPhoto(200, 100);
    await worker.end();
    const id = await put('photos/gone.jpg', content);
    await ossClient(stack).delete('photos/gone.jpg');
    worker = await stack.startWorker({ PIPELINES_FILE: afterFile });
    expect(await stack.waitFor(id, 'ready', 'failed')).toMatchObject({
      status: 'failed',
      error: { code: 'object.missing' },
      renditions: [],
    });
    await ossClient(stack).put('photos/gone.jpg', content);
    // Nobody makes it before it was answered.
    await worker.end();
    expect(await ask(id)).toMatchObject({ status: 202, body: { status: 'processing', error: null } });
    worker = await stack.startWorker({ PIPELINES_FILE: afterFile });
    expect(await stack.waitFor(id, 'ready', 'failed')).toMatchObject({ status: 'ready', error: null });
  });

  test('bad requests are refused by code', async () => {
    const nobody = '00000000-0000-7000-8000-000000000000';
    expect(await ask(nobody)).toMatchObject({ status: 404, body: { code: 'upload.not_found' } });
    expect(await ask('17')).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
    expect(await ask(nobody, {}, 'wrong')).toMatchObject({ status: 401, body: { code: 'auth.key_invalid' } });
    const { items } = await stack.get<{ items: View[] }>('/v1/uploads?kind=image&status=ready&limit=1');
    const id = items[0]?.id ?? '';
    expect(await ask(id, { renditions: ['huge'] })).toMatchObject({
      status: 422,
      body: { code: 'rendition.unknown' },
    });
    for (const body of [{ renditions: [] }, { renditions: 'small' }, { rendition: ['small'] }, [], 'small'])
      expect(await ask(id, body)).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
    await expect(landfall('--rendition', 'huge')).rejects.toMatchObject({
      stderr: expect.stringContaining('rendition.unknown'),
    });
    for (const [complaint, ...words] of [
      ['request.invalid', '--where', 'colour=red'],
      ['request.invalid', '--where', 'kind'],
      ['unknown option', '--wher', 'kind=image'],
      ['too many arguments', 'small'],
    ] as const)
      await expect(landfall(...words)).rejects.toMatchObject({
        code: 2,
        stderr: expect.stringContaining(complaint),
      });
  });
});
