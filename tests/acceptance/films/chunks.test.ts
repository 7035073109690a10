import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { eventually, ossClient, ownRedis, queueKinds, type Stack, type UploadView } from '#testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allNumbers, countedVideo, decode, readCounter } from '../fixtures/files.fixture.js';
import { holdEncoder } from '../fixtures/held-encoder.fixture.js';
import { putObject, startPipelines } from '../fixtures/uploads.fixture.js';

const pipelines = `
version: 1
pipelines:
  - name: films
    match: { kind: video }
    renditions:
      - { name: stream, kind: hls, heights: [72], ladder: auto, segmentSeconds: 1 }
      - { name: download, kind: mp4, height: 72 }
`;
const seconds = 9;
const frames = 25 * seconds;
/** Cut into five chunks of pictures, four of two seconds and one of one, and one of sound; a worker makes one at a time. */
const cut = {
  VIDEO_CHUNK_S: '2',
  WORKER_TRANSCODE_CONCURRENCY: '1',
  WORKER_SWEEP_INTERVAL_MS: '500',
  WORKER_SWEEP_AFTER_MS: '1000',
};

let folder: string;
let film: Buffer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-chunks-'));
  film = await readFile(await countedVideo(folder, { seconds }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Chunks are forgotten when they are joined: this keeps what they were like. */
async function keepChunks(stack: Stack): Promise<void> {
  await query(
    stack,
    `CREATE TABLE kept_chunks AS SELECT * FROM chunks;
     CREATE FUNCTION keep_chunk() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN INSERT INTO kept_chunks SELECT OLD.*; RETURN OLD; END $$;
     CREATE TRIGGER keep_chunk BEFORE DELETE ON chunks FOR EACH ROW EXECUTE FUNCTION keep_chunk()`,
  );
}

async function query<T>({ databaseUrl }: Stack, text: string): Promise<T[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query(text)).rows as T[];
  } finally {
    await client.end();
  }
}

const runsOf = async (stack: Stack) =>
  (await query<{ runs: number }>(stack, 'SELECT runs FROM kept_chunks ORDER BY position')).map(
    ({ runs }) => runs,
  );

/** Ready, with every frame once in stream and file, and sound as long as the picture. */
async function expectWhole(stack: Stack, id: string): Promise<void> {
  const upload = await stack.waitFor(id, 'ready', 'failed');
  expect(upload).toMatchObject({ status: 'ready', error: null });
  for (const rendition of upload.renditions) {
    expect(rendition).toMatchObject({ width: 128, height: 72, encoder: 'libx264', progress: null });
    expect(Math.abs((rendition.durationMs ?? 0) - 1_000 * seconds)).toBeLessThan(100);
    expect(await readCounter(rendition.url ?? '')).toEqual(allNumbers(frames));
    expect((await decode(rendition.url ?? '')).durationS).toBeCloseTo(seconds, 0);
  }
  expect(await query(stack, 'SELECT FROM chunks')).toEqual([]);
}

describe.each(queueKinds)('a long video with the queue on %s', (queue) => {
  test('is encoded in chunks by two workers, and joined without a seam', async () => {
    await using stack = await startPipelines(queue, pipelines, cut);
    await keepChunks(stack);
    await stack.startWorker();
    const id = await putObject(stack, 'long.mp4', film);
    await expectWhole(stack, id);
    expect(await runsOf(stack)).toEqual([1, 1, 1, 1, 1, 1]);
    const upload = await stack.waitFor(id, 'ready');
    const [stream] = upload.renditions;
    // Measured once, by whoever cut the video.
    expect(stream?.details).toMatchObject({ ladder: { omitted: [], coarser: [0] } });
    const { objects } = await ossClient(stack).listV2(
      { prefix: `renditions/${id}/stream-`, 'max-keys': '999' },
      {},
    );
    expect(objects.reduce((sum, { size }) => sum + size, 0)).toBe(stream?.sizeBytes);
    const names = objects.map(({ name }) => name);
    expect(names.filter((name) => /\/72p\/segment_/.test(name))).toHaveLength(seconds);
    const types: [RegExp, string][] = [
      [/\/72p\/\w+\.(mp4|m4s)$/, 'video/mp4'],
      [/\/audio\/\w+\.(mp4|m4s)$/, 'audio/mp4'],
    ];
    for (const [pattern, type] of types) {
      const { res } = await ossClient(stack).head(names.findLast((name) => pattern.test(name)) ?? '');
      expect(res.headers).toMatchObject({ 'content-type': type });
    }
  });

  test('SIGTERM hands a chunk back at once, and another worker makes it', async () => {
    await using encoder = await holdEncoder('start_number 4 ');
    const env = { ...cut, FFMPEG_PATH: encoder.path, WORKER_SHUTDOWN_GRACE_MS: '100' };
    await using stack = await startPipelines(queue, pipelines, env);
    await keepChunks(stack);
    const id = await putObject(stack, 'long.mp4', film);
    await encoder.held();
    expect(await stack.worker.end('SIGTERM')).toBe(0);
    await encoder.release();
    await stack.startWorker();
    await expectWhole(stack, id);
    expect(await runsOf(stack)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(await encoder.count()).toBe(2);
  });
});

/** The names in a playlist that is served, and whether there will be more. */
async function readPlaylist(url: string): Promise<{ names: string[]; grows: boolean }> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  const text = await response.text();
  const grows = text.includes('#EXT-X-PLAYLIST-TYPE:EVENT');
  expect(text.includes('#EXT-X-ENDLIST')).toBe(!grows);
  expect(response.headers.get('cache-control')).toBe(grows ? 'private, no-cache' : 'private, max-age=60');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return { names: lines.map((line) => /([^/?]+)\?/.exec(line)?.[1] ?? line), grows };
}

test('kill -9 of a worker in a chunk: that chunk alone is made again, and what plays meanwhile has no gap', async () => {
  await using encoder = await holdEncoder('start_number 4 ');
  const growing = pipelines
    .replace('[72], ladder: auto', '[72, 64]')
    .replace('segmentSeconds', 'firstPlayable: true, segmentSeconds');
  await using stack = await startPipelines('redis', growing, { ...cut, FFMPEG_PATH: encoder.path });
  await keepChunks(stack);
  const id = await putObject(stack, 'long.mp4', film);
  await encoder.held();
  const other = await stack.startWorker();
  // The other worker goes on behind the chunk that is held, until it is held at the same place of the larger rung.
  await eventually(async () => {
    const ready = await query(stack, `SELECT FROM chunks WHERE status = 'ready'`);
    return ready.length === 8 ? true : undefined;
  });
  const [stream] = (await stack.get<UploadView>(`/v1/uploads/${id}`)).renditions;
  expect(stream).toMatchObject({
    status: 'pending',
    height: 64,
    mimeType: 'application/vnd.apple.mpegurl',
  });
  const url = stream?.url ?? '';
  const listOf = (folder: string) => url.replace('master.m3u8', `${folder}/playlist.m3u8`);
  const names = Array.from({ length: seconds }, (_, index) => `segment_0000${index}.m4s`);
  expect((await fetch(url).then((response) => response.text())).match(/^\w+p\/playlist/gm)).toEqual([
    '64p/playlist',
  ]);
  for (const folder of ['64p', 'audio'])
    expect(await readPlaylist(listOf(folder))).toEqual({ names: names.slice(0, 4), grows: true });
  const [once, again] = [await fetch(listOf('64p')), await fetch(listOf('64p'))];
  expect(await once.text()).toBe(await again.text());
  expect((await fetch(listOf('72p'))).status).toBe(404);
  await stack.worker.end('SIGKILL');
  await encoder.release();
  await expectWhole(stack, id);
  expect(await runsOf(stack)).toEqual([1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 1, 1]);
  expect(await encoder.count()).toBe(3);
  expect((await fetch(url).then((response) => response.text())).match(/^\w+p\/playlist/gm)).toHaveLength(2);
  for (const folder of ['64p', '72p'])
    expect(await readPlaylist(listOf(folder))).toEqual({ names, grows: false });
  await other.end();
});

test('a queue that is flushed in the middle is filled again, and no chunk that is made is made twice', async () => {
  await using redis = await ownRedis();
  await using encoder = await holdEncoder('start_number 4 ');
  const env = { ...cut, QUEUE_URL: redis.url, FFMPEG_PATH: encoder.path };
  await using stack = await startPipelines('redis', pipelines, env);
  await keepChunks(stack);
  const id = await putObject(stack, 'long.mp4', film);
  await encoder.held();
  const client = new Redis(redis.url);
  await client.flushall();
  await client.quit();
  await encoder.release();
  await expectWhole(stack, id);
  const runs = await runsOf(stack);
  expect(runs.toSpliced(3, 1)).toEqual([1, 1, 1, 1, 1]);
});

test('a chunk that cannot be encoded fails the video once, with what the encoder said, and asking again makes it', async () => {
  await using encoder = await holdEncoder('start_number 4 ');
  await using stack = await startPipelines('postgres', pipelines, { ...cut, FFMPEG_PATH: encoder.path });
  await encoder.fail();
  const id = await putObject(stack, 'long.mp4', film);
  const upload = await stack.waitFor(id, 'failed', 'ready');
  expect(upload.error).toMatchObject({ code: 'media.encoder_failed' });
  for (const rendition of upload.renditions) {
    expect(rendition).toMatchObject({ status: 'failed', error: { code: 'media.encoder_failed' }, url: null });
    expect(rendition.log).toContain('the chip is on fire');
  }
  expect(await query(stack, 'SELECT FROM chunks')).toEqual([]);
  const [due] = await query<{ n: number }>(
    stack,
    `SELECT count(*)::int AS n FROM rendition_versions WHERE due_at <= now()`,
  );
  expect(due?.n).toBe(2);
  await encoder.release();
  const answer = await fetch(`${stack.api.url}/v1/uploads/${id}/reprocess`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stack.env['API_KEYS']}` },
  });
  expect(answer.status).toBe(202);
  await expectWhole(stack, id);
});
