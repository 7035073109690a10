import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, ossClient, type Stack } from '#testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readFile } from 'node:fs/promises';
import { countedVideo } from '../fixtures/files.fixture.js';
import { type HeldEncoder, holdEncoder, isRunning } from '../fixtures/held-encoder.fixture.js';
import { putObject, startPipelines } from '../fixtures/uploads.fixture.js';

const pipelines = `
version: 1
pipelines:
  - name: films
    match: { kind: video }
    renditions:
      - { name: stream, kind: hls, heights: [72], segmentSeconds: 1 }
      - { name: download, kind: mp4, height: 72 }
`;
/** One chunk at a time, however large the machine. */
const cut = { VIDEO_CHUNK_S: '2', WORKER_TRANSCODE_CONCURRENCY: '1' };
/** Two seconds are promised; a busy machine may take five times as long. */
const goneWithinMs = 10_000;

let folder: string;
let film: Buffer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-cancel-'));
  film = await readFile(await countedVideo(folder, { seconds: 9 }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function request(stack: Stack, method: string, path: string): Promise<Response> {
  return fetch(`${stack.api.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${stack.env['API_KEYS']}` },
  });
}

/** Waits for an encoder to be held, ends the upload, and looks that nothing is left of it. */
async function endWhileEncoding(
  stack: Stack,
  encoder: HeldEncoder,
  [method, ending]: ['POST' | 'DELETE', string],
): Promise<string> {
  const id = await putObject(stack, `${method}.mp4`, film);
  const pid = await encoder.held();
  expect((await request(stack, method, `/v1/uploads/${id}${ending}`)).status).toBe(200);
  await eventually(async () => ((await isRunning(pid)) ? undefined : true), goneWithinMs);
  const scratch = stack.env['MEDIA_SCRATCH_DIR'] ?? '';
  await eventually(async () => {
    const workers = await readdir(scratch);
    const jobs = await Promise.all(workers.map((worker) => readdir(join(scratch, worker))));
    return jobs.flat().some((name) => name.startsWith('job-')) ? undefined : true;
  });
  const { objects = [] } = await ossClient(stack).listV2({ prefix: `renditions/${id}/` }, {});
  expect(objects).toEqual([]);
  expect(await encoder.count()).toBe(1);
  return id;
}

test.each([
  ['whole', {}],
  ['cut into chunks', cut],
])('a video that is encoded %s: cancelling stops the encoder, and nothing is published', async (_, env) => {
  await using encoder = await holdEncoder('segment_%05d.m4s');
  await using stack = await startPipelines('postgres', pipelines, { FFMPEG_PATH: encoder.path, ...env });
  const id = await endWhileEncoding(stack, encoder, ['POST', '/cancel']);
  const upload = await stack.waitFor(id, 'failed');
  expect(upload.error).toMatchObject({ code: 'rendition.cancelled' });
  expect(upload.renditions.map(({ status, error, url }) => [status, error?.code, url])).toEqual([
    ['failed', 'rendition.cancelled', null],
    ['failed', 'rendition.cancelled', null],
  ]);
  expect((await request(stack, 'POST', `/v1/uploads/${id}/cancel`)).status).toBe(200);
  // It can be asked for again.
  await encoder.release();
  expect((await request(stack, 'POST', `/v1/uploads/${id}/reprocess`)).status).toBe(202);
  expect(await stack.waitFor(id, 'ready', 'failed')).toMatchObject({ status: 'ready', error: null });
});

test.each([
  ['whole', {}],
  ['cut into chunks', cut],
])(
  'a video that is encoded %s: deleting stops the encoder, and what is uploaded later is made all the same',
  async (_, env) => {
    await using encoder = await holdEncoder('segment_%05d.m4s');
    await using stack = await startPipelines('postgres', pipelines, { FFMPEG_PATH: encoder.path, ...env });
    const id = await endWhileEncoding(stack, encoder, ['DELETE', '']);
    expect(await stack.get(`/v1/uploads/${id}`)).toMatchObject({
      status: 'deleted',
      renditions: [],
      error: null,
    });
    expect((await request(stack, 'DELETE', `/v1/uploads/${id}`)).status).toBe(200);
    await encoder.release();
    // The same bytes once more are another landing: behind it in the queue nothing of the deleted one is left.
    const again = await putObject(stack, 'DELETE.mp4', film);
    expect(again).not.toBe(id);
    expect(await stack.waitFor(again, 'ready', 'failed')).toMatchObject({ status: 'ready' });
    const listed = async (query: string) =>
      (await stack.get<{ items: { id: string }[] }>(`/v1/uploads${query}`)).items.map((item) => item.id);
    expect(await listed('')).toEqual([again]);
    expect(await listed('?status=deleted')).toEqual([id]);
    const other = await putObject(stack, 'DELETE.mp4', Buffer.concat([film, Buffer.alloc(8)]));
    expect(await stack.waitFor(other, 'ready', 'failed')).toMatchObject({ status: 'ready' });
    expect(await stack.get(`/v1/uploads/${id}`)).toMatchObject({ status: 'deleted', renditions: [] });
    expect((await request(stack, 'POST', `/v1/uploads/${id}/reprocess`)).status).toBe(404);
  },
);

test('while it is made, an upload tells how far it is and how fast', async () => {
  await using encoder = await holdEncoder('nothing is held');
  await using stack = await startPipelines('postgres', pipelines, { FFMPEG_PATH: encoder.path });
  await encoder.slow();
  const id = await putObject(stack, 'slow.mp4', film);
  const shares = new Set<number>();
  await eventually(async () => {
    const upload = await stack.get<{ renditions: { progress: number | null; speed: number | null }[] }>(
      `/v1/uploads/${id}`,
    );
    const [stream] = upload.renditions;
    if (stream?.progress && stream.speed) shares.add(stream.progress);
    return shares.size >= 2 ? true : undefined;
  });
  expect([...shares].every((share) => share > 0 && share <= 1)).toBe(true);
  expect([...shares]).toEqual([...shares].toSorted());
  const upload = await stack.waitFor(id, 'ready', 'failed');
  expect(upload.renditions.map(({ progress, speed, encoder: by }) => [progress, speed, by])).toEqual([
    [null, null, 'libx264'],
    [null, null, 'libx264'],
  ]);
});

test('who asks for what is not there, or with a bad id, is told so', async () => {
  await using stack = await startPipelines('postgres', pipelines);
  const missing = '0198b0a0-0000-7000-8000-000000000000';
  expect((await request(stack, 'POST', `/v1/uploads/${missing}/cancel`)).status).toBe(404);
  expect((await request(stack, 'DELETE', `/v1/uploads/${missing}`)).status).toBe(404);
  expect((await request(stack, 'DELETE', '/v1/uploads/no-id')).status).toBe(400);
  const unknown = await fetch(`${stack.api.url}/v1/uploads/${missing}`, { method: 'DELETE' });
  expect(unknown.status).toBe(401);
});
