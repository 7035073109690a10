import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stack, UploadView } from '#testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cdn, cdnKey, startCdn } from '../fixtures/cdn.fixture.js';
import { video } from '../fixtures/files.fixture.js';
import { putToEnd, startPipelines } from '../fixtures/uploads.fixture.js';

const pipelines = `
version: 1
pipelines:
  - name: videos
    match: { kind: video }
    renditions:
      - { name: poster, kind: poster, width: 64, format: jpeg }
      - { name: board, kind: storyboard, width: 64, intervalSeconds: 0.5, columns: 2, rows: 2 }
      - { name: stream, kind: hls, heights: [90], segmentSeconds: 1 }
`;

let cdn: Cdn;
let stack: Stack;
let folder: string;
let upload: UploadView;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-cdn-'));
  cdn = await startCdn();
  stack = await startPipelines('postgres', pipelines, { OSS_CDN_URL: cdn.url, OSS_CDN_KEY: cdnKey });
  cdn.origin = stack;
  upload = await putToEnd(
    stack,
    'film.mp4',
    await readFile(await video(folder, { seconds: 2, size: '160x120' })),
  );
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await cdn[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const renditionOf = (name: string) => {
  const rendition = upload.renditions.find((one) => one.name === name);
  if (!rendition?.url) throw new Error(`${name} has no URL`);
  return { ...rendition, url: rendition.url };
};

test('a rendition comes through the CDN until the time that is shown', async () => {
  const { url, objectKey, urlExpiresAt } = renditionOf('poster');
  expect(url.startsWith(`${cdn.url}/${objectKey}?auth_key=`)).toBe(true);
  const [time = ''] = (new URL(url).searchParams.get('auth_key') ?? '').split('-');
  expect((Number(time) + 1_800) * 1_000).toBe(Date.parse(urlExpiresAt ?? ''));
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('image/jpeg');
  expect((await answer.arrayBuffer()).byteLength).toBe(renditionOf('poster').sizeBytes);
});

test('segments of a stream and pictures of a storyboard come through the CDN, playlists through the api', async () => {
  for (const name of ['stream', 'board']) {
    const { url } = renditionOf(name);
    expect(url.startsWith(stack.api.url)).toBe(true);
    let text = await (await fetch(url)).text();
    const media = /^(?!#)\S+[.]m3u8\S*$/m.exec(text)?.[0];
    if (media) text = await (await fetch(new URL(media, url))).text();
    const named = [...new Set(text.match(/^http.*$/gm))];
    expect(named.length).toBeGreaterThan(0);
    for (const one of named) {
      expect(one.startsWith(`${cdn.url}/renditions/`)).toBe(true);
      expect((await fetch(one.split('#', 1)[0] ?? '')).status).toBe(200);
    }
  }
});

test('the CDN refuses what is not signed, and what was signed for another object', async () => {
  const { url } = renditionOf('poster');
  const before = cdn.fetched.length;
  expect((await fetch(url.split('?', 1)[0] ?? '')).status).toBe(403);
  expect((await fetch(url.replace('poster', 'board'))).status).toBe(403);
  expect(cdn.fetched).toHaveLength(before);
});
