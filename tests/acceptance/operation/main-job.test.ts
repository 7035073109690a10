import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'exifr';
import sharp from 'sharp';
import { eventually, ossClient, postForm, queueKinds, type Stack, startStack } from '#testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decode, png, sound, turnedPhoto, video } from '../fixtures/files.fixture.js';

interface Answer {
  Status: string;
  id: string;
  status: string;
}

const formBody =
  'bucket=${bucket}&object=${object}&etag=${etag}&size=${size}&mimeType=${mimeType}' +
  '&imageInfo.height=${imageInfo.height}&imageInfo.width=${imageInfo.width}&imageInfo.format=${imageInfo.format}' +
  '&x:user_id=${x:user_id}';
const jsonBody =
  '{"bucket":${bucket},"object":${object},"etag":${etag},"size":${size},"mimeType":${mimeType},"user_id":${x:user_id}}';

describe.each(queueKinds)('the main job with the queue on %s', (queue) => {
  let stack: Stack;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'landfall-acceptance-'));
    stack = await startStack(queue);
  });
  afterAll(async () => {
    await stack[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const put = async (key: string, content: Buffer, userId = 'u1', mime?: string): Promise<Answer> => {
    const { data } = await ossClient(stack).put(key, content, {
      ...(mime ? { mime } : {}),
      callback: { url: stack.callbackUrl, body: formBody, customValue: { user_id: userId } },
    });
    return data as Answer;
  };
  const bytesOf = async (url: string | null) => Buffer.from(await (await fetch(url ?? '')).arrayBuffer());

  test('a photo put with a form callback gets three upright thumbnails without its metadata', async () => {
    const answer = await put('photos/turned.jpg', await turnedPhoto(), 'photographer');
    expect(answer).toMatchObject({ Status: 'OK', status: 'stored' });
    const upload = await stack.waitFor(answer.id, 'ready', 'failed');
    expect(upload).toMatchObject({
      status: 'ready',
      error: null,
      kind: 'image',
      mimeType: 'image/jpeg',
      pipeline: 'photos',
      source: 'callback',
      objectKey: 'photos/turned.jpg',
      imageInfo: { width: 4000, height: 3000 },
      vars: { user_id: 'photographer' },
      metadata: { width: 3000, height: 4000, orientation: 6, camera: { make: 'Landfall', model: 'Test 1' } },
    });
    expect(JSON.stringify(upload.metadata)).toContain('2026-01-15T08:30:00');
    expect(upload.placeholder?.thumbHash).toMatch(/^[A-Za-z0-9+/]+=*$/);
    expect(upload.placeholder?.color).toMatch(/^#[0-9a-f]{6}$/);
    expect(upload.renditions.map(({ name, width, height }) => [name, width, height])).toEqual([
      ['thumb-320', 320, 427],
      ['thumb-640', 640, 853],
      ['thumb-1280', 1280, 1707],
    ]);
    for (const rendition of upload.renditions) {
      const bytes = await bytesOf(rendition.url);
      expect(bytes.length).toBe(rendition.sizeBytes);
      const image = sharp(bytes);
      expect(await image.metadata()).toMatchObject({
        format: 'webp',
        width: rendition.width,
        height: rendition.height,
      });
      const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
      const colourAt = (row: number) => [
        ...data.subarray((row * info.width + 10) * info.channels).subarray(0, 3),
      ];
      expect(colourAt(10)[0]).toBeGreaterThan(200);
      expect(colourAt(info.height - 10)[2]).toBeGreaterThan(200);
      expect(await parse(bytes, { gps: true }).catch(() => undefined)).toBeUndefined();
    }
  });

  test('a PNG posted by an HTML form with a JSON callback keeps its transparency and is not enlarged', async () => {
    const answer = await postForm(
      stack,
      'forms/目录 a+b.png',
      new Blob([new Uint8Array(await png(500, 200))], { type: 'image/png' }),
      {
        callback: {
          callbackUrl: stack.callbackUrl,
          callbackBody: jsonBody,
          callbackBodyType: 'application/json',
        },
        vars: { user_id: 'poster' },
      },
    );
    expect(answer.status).toBe(200);
    const { id } = (await answer.json()) as Answer;
    const upload = await stack.waitFor(id, 'ready', 'failed');
    expect(upload).toMatchObject({
      status: 'ready',
      objectKey: 'forms/目录 a+b.png',
      vars: { user_id: 'poster' },
    });
    expect(upload.renditions.map(({ width, height }) => [width, height])).toEqual([
      [320, 128],
      [500, 200],
      [500, 200],
    ]);
    expect((await sharp(await bytesOf(upload.renditions[0]?.url ?? null)).metadata()).hasAlpha).toBe(true);
  });

  test('a video uploaded in parts gets a poster, a stream that plays to its end, and an MP4', async () => {
    const file = await video(folder, { seconds: 6, size: '1280x720' });
    const result = await ossClient(stack).multipartUpload('videos/parts.mp4', file, {
      partSize: 102_400,
      callback: { url: stack.callbackUrl, body: formBody, customValue: { user_id: '42' } },
    });
    const { id } = (result as unknown as { data: Answer }).data;
    const upload = await stack.waitFor(id, 'ready', 'failed');
    expect(upload).toMatchObject({
      status: 'ready',
      error: null,
      kind: 'video',
      mimeType: 'video/mp4',
      pipeline: 'videos',
    });
    const [poster, stream, download] = upload.renditions;
    expect(await sharp(await bytesOf(poster?.url ?? null)).metadata()).toMatchObject({
      format: 'webp',
      width: 1280,
      height: 720,
    });

    const master = await (await fetch(stream?.url ?? '')).text();
    const rungs = master.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(master).toMatch(/CODECS="avc1\.[0-9a-f]{6},mp4a\.40\.2"/i);
    expect(rungs).toHaveLength(2);
    const heights: number[] = [];
    for (const rung of rungs) {
      const decoded = await decode(new URL(rung, stream?.url ?? '').href);
      expect(decoded.frames).toBe(150);
      heights.push(decoded.height);
    }
    expect(heights.toSorted((a, b) => b - a)).toEqual([720, 480]);
    expect(await decode(download?.url ?? '')).toMatchObject({ frames: 150, width: 1280, height: 720 });
    expect(download).toMatchObject({ mimeType: 'video/mp4', width: 1280, height: 720 });
    expect(Math.abs((download?.durationMs ?? 0) - 6_000)).toBeLessThan(200);

    const found = await stack.get<{ items: { id: string }[] }>('/v1/uploads?var.user_id=42');
    expect(found.items.map((item) => item.id)).toEqual([id]);
  });

  test('a sound gets an m4a', async () => {
    const { id } = await put('sounds/tone.wav', await sound(folder));
    const upload = await stack.waitFor(id, 'ready', 'failed');
    expect(upload).toMatchObject({
      status: 'ready',
      kind: 'audio',
      renditions: [{ name: 'audio', mimeType: 'audio/mp4' }],
    });
    expect(Math.abs((upload.renditions[0]?.durationMs ?? 0) - 2_000)).toBeLessThan(150);
  });

  test('what no pipeline wants is ignored, with its facts', async () => {
    const { id } = await put('papers/notes.txt', Buffer.from('only text'), 'writer', 'text/plain');
    const upload = await stack.waitFor(id, 'ready', 'failed', 'ignored');
    expect(upload).toMatchObject({
      status: 'ignored',
      kind: 'other',
      mimeType: 'text/plain',
      renditions: [],
      error: null,
    });
  });

  test('a callback that names only bucket and object is completed by asking OSS, and the same version twice is one upload', async () => {
    const content = await png(90, 60);
    const client = ossClient(stack);
    const bare = { callback: { url: stack.callbackUrl, body: 'bucket=${bucket}&object=${object}' } };
    const { data: first } = await client.put('bare/a.png', content, bare);
    const upload = await stack.waitFor((first as Answer).id, 'ready', 'failed');
    expect(upload).toMatchObject({ status: 'ready', sizeBytes: content.length, mimeType: 'image/png' });
    expect(upload.etag).toMatch(/^[0-9A-F]{32}$/);
    const { data: second } = await client.put('bare/a.png', content, bare);
    await eventually(async () => {
      const again = await stack.get<{ id: string }>(`/v1/uploads/${(second as Answer).id}`);
      return again.id === upload.id ? true : undefined;
    });
    const { data: third } = await client.put('bare/a.png', await png(91, 60), bare);
    expect(await stack.waitFor((third as Answer).id, 'ready', 'failed')).toMatchObject({ status: 'ready' });
  });

  test('the playlists of a stream open with their link alone, and not with a changed one', async () => {
    const page = await stack.get<{ items: { id: string; renditions: { kind: string; url: string }[] }[] }>(
      '/v1/uploads?kind=video',
    );
    const url = page.items[0]?.renditions.find((rendition) => rendition.kind === 'hls')?.url ?? '';
    expect((await fetch(url)).status).toBe(200);
    for (const changed of [
      url.replace(/signature=./, (found) => (found.endsWith('_') ? 'signature=-' : 'signature=_')),
      url.replace(/expires=\d/, 'expires=9'),
      url.replace('master.m3u8', '../../x.m3u8'),
    ]) {
      const answer = await fetch(changed);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    }
  });
});
