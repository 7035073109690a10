import { execFile } from 'node:child_process';
import { createDecipheriv } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually, type Stack, type UploadView } from '#testing';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type HeldEncoder, holdEncoder } from '../fixtures/held-encoder.fixture.js';
import { putObject, putToEnd, startPipelines } from '../fixtures/uploads.fixture.js';

const run = promisify(execFile);
const { ffmpegPath } = inject('services');
const hls = 'kind: hls, heights: [120, 90], segmentSeconds: 1';
const pipelines = `
version: 1
pipelines:
  - name: plain
    match: { kind: video, prefix: plain/ }
    renditions: [{ name: stream, ${hls}, dash: true }]
  - name: hidden
    match: { kind: video, prefix: hidden/ }
    renditions: [{ name: stream, ${hls}, encryption: aes-128 }]
  - name: early
    match: { kind: video, prefix: early/ }
    renditions:
      - { name: stream, kind: hls, heights: [360, 90], segmentSeconds: 1, codec: hevc, firstPlayable: true }
      - { name: file, kind: mp4, height: 90 }
`;

let stack: Stack;
/** Holds what only the early stream has. */
let encoder: HeldEncoder;
let folder: string;
let clip: Buffer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-streams-'));
  const source = join(folder, 'clip.mkv');
  await writeFile(
    join(folder, 'words.srt'),
    '1\n00:00:00,500 --> 00:00:01,500\n<script>alert(1)</script> hello\n',
  );
  await run(ffmpegPath, [
    '-v',
    'error',
    '-f',
    'lavfi',
    '-i',
    'testsrc2=size=160x120:rate=25:duration=3',
    '-f',
    'lavfi',
    '-i',
    'sine=duration=3',
    '-i',
    join(folder, 'words.srt'),
    '-map',
    '0',
    '-map',
    '1',
    '-map',
    '2',
    '-metadata:s:s',
    'language=eng',
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-c:a',
    'aac',
    '-c:s',
    'srt',
    source,
  ]);
  clip = await readFile(source);
  encoder = await holdEncoder(' 360p/');
  stack = await startPipelines('postgres', pipelines, { FFMPEG_PATH: encoder.path });
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await encoder[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const streamOf = (upload: UploadView) => upload.renditions.find(({ name }) => name === 'stream');

async function read(url: string, headers: Record<string, string> = {}): Promise<Buffer> {
  const answer = await fetch(url, { headers });
  expect(answer.status).toBe(200);
  return Buffer.from(await answer.arrayBuffer());
}

/** Reads a playlist and gives it back with the absolute addresses of what it lists. */
async function readPlaylist(url: string) {
  const text = (await read(url)).toString();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const map = /#EXT-X-MAP:URI="([^"]+)"/.exec(text)?.[1];
  const absolute = (uri: string) => new URL(uri, url).href;
  return { text, listed: lines.map(absolute), init: map === undefined ? null : absolute(map) };
}

/** A hash of each frame of the pictures in these bytes. */
async function hashFrames(media: Buffer): Promise<string[]> {
  const input = join(folder, 'media.mp4');
  await writeFile(input, media);
  const args = ['-v', 'error', '-xerror', '-i', input, '-map', '0:v:0', '-f', 'framemd5', '-'];
  const { stdout } = await run(ffmpegPath, args);
  const lines = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => line.split(',').at(-1)?.trim() ?? '');
}

test('an encrypted stream plays with the key, which needs an API key; its frames are those of a plain one', async () => {
  const plain = await putToEnd(stack, 'plain/clip.mkv', clip);
  const hidden = await putToEnd(stack, 'hidden/clip.mkv', clip);
  expect([plain.status, hidden.status]).toEqual(['ready', 'ready']);
  const master = await readPlaylist(streamOf(hidden)?.url ?? '');
  const { text, listed, init } = await readPlaylist(master.listed[0] ?? '');
  const [, keyUri = '', iv = ''] = /METHOD=AES-128,URI="([^"]+)",IV=0x([\da-f]{32})/.exec(text) ?? [];
  const keyUrl = new URL(keyUri, master.listed[0]).href;
  expect(keyUrl).toBe(`${stack.api.url}/v1/streams/${hidden.id}/stream/key`);

  const { search } = new URL(streamOf(hidden)?.url ?? '');
  for (const [url, headers] of [
    [keyUrl, {}],
    [keyUrl + search, {}],
    [keyUrl, { authorization: 'Bearer wrong' }],
  ] as const) {
    const refused = await fetch(url, { headers });
    expect(refused.status).toBe(401);
    expect(Buffer.from(await refused.arrayBuffer()).length).toBeGreaterThan(16);
  }
  const mayRead = { authorization: `Bearer ${stack.env['API_KEYS']}` };
  const key = await read(keyUrl, mayRead);
  expect(key.length).toBe(16);
  const preflight = await fetch(keyUrl, { method: 'OPTIONS' });
  expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization');
  const missing = await fetch(keyUrl.replace(hidden.id, plain.id), { headers: mayRead });
  expect(missing.status).toBe(404);

  const decrypt = async (url: string) => {
    const decipher = createDecipheriv('aes-128-cbc', key, Buffer.from(iv, 'hex'));
    return Buffer.concat([decipher.update(await read(url)), decipher.final()]);
  };
  const shown = Buffer.concat(await Promise.all([init ?? '', ...listed].map(decrypt)));
  const open = await readPlaylist((await readPlaylist(streamOf(plain)?.url ?? '')).listed[0] ?? '');
  const wanted = Buffer.concat(await Promise.all([open.init ?? '', ...open.listed].map((url) => read(url))));
  const frames = await hashFrames(wanted);
  expect(frames.length).toBe(75);
  expect(await hashFrames(shown)).toEqual(frames);
});

test('a DASH manifest plays over signed addresses, and subtitles say nothing but words', async () => {
  const upload = await putToEnd(stack, 'plain/dash.mkv', clip);
  const stream = streamOf(upload);
  expect(stream?.dashUrl).toMatch(/\/manifest\.mpd\?expires=\d+&signature=/);
  const answer = await fetch(stream?.dashUrl ?? '');
  expect(answer.headers.get('content-type')).toBe('application/dash+xml');
  // ffmpeg's demuxer takes no address as long as a signed one: each is read as a player would read it.
  const named = [...(await answer.text()).matchAll(/ (?:media|sourceURL)="([^"]+)"/g)]
    .map(([, url = '']) => url.replaceAll('&amp;', '&'))
    .filter((url) => url.includes('/120p/'));
  expect(named).toHaveLength(4);
  const media = Buffer.concat(await Promise.all(named.map((url) => read(url))));
  expect(await hashFrames(media)).toHaveLength(75);

  const { text } = await readPlaylist(stream?.url ?? '');
  const [, subtitles = ''] = /TYPE=SUBTITLES.*LANGUAGE="en".*URI="([^"]+)"/.exec(text) ?? [];
  const { listed } = await readPlaylist(new URL(subtitles, stream?.url ?? '').href);
  const cues = (await read(listed[0] ?? '')).toString();
  expect(cues).toMatch(/^00:00\.5\d\d --> 00:01\.5\d\d$/m);
  expect(cues).toContain('hello');
  expect(cues).not.toContain('<script');
});

test('the smallest rung plays while the others are made', async () => {
  const file = join(folder, 'large.mp4');
  const source = ['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=25:duration=4'];
  await run(ffmpegPath, ['-v', 'error', ...source, '-c:v', 'libx264', '-preset', 'ultrafast', file]);
  const id = await putObject(stack, 'early/large.mp4', await readFile(file));
  const sizesOf = (text: string) => [...text.matchAll(/RESOLUTION=(\S+?),/g)].map(([, size]) => size);
  const early = await eventually(async () => {
    const upload = await stack.get<UploadView>(`/v1/uploads/${id}`);
    const stream = streamOf(upload);
    return stream?.url ? { upload, stream } : undefined;
  });
  expect(early.upload.status).toBe('processing');
  expect(early.stream).toMatchObject({ status: 'pending', width: 160, height: 90 });
  const first = await readPlaylist(early.stream.url ?? '');
  expect(sizesOf(first.text)).toEqual(['160x90']);
  const { listed, init } = await readPlaylist(first.listed[0] ?? '');
  const media = Buffer.concat(await Promise.all([init ?? '', ...listed].map((url) => read(url))));
  expect(await hashFrames(media)).toHaveLength(100);

  await encoder.held();
  await encoder.release();
  const upload = await stack.waitFor(id, 'ready', 'failed');
  expect(upload).toMatchObject({ status: 'ready' });
  const whole = await readPlaylist(streamOf(upload)?.url ?? '');
  expect(sizesOf(whole.text)).toEqual(['640x360', '160x90']);
});

test.each(['..%2fother%2fmaster.m3u8', 'key.mpd', '120p/init.mp4', '120p/segment_00000.m4s', 'cues.vtt'])(
  'a link opens nothing but what names other files: %s',
  async (path) => {
    const upload = await putToEnd(stack, 'plain/links.mkv', clip);
    const url = streamOf(upload)?.url ?? '';
    const answer = await fetch(url.replace('master.m3u8', path));
    expect(answer.status).toBe(404);
    await answer.body?.cancel();
  },
);
