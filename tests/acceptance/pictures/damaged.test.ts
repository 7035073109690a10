import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Stack } from '#testing';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { putToEnd, startPipelines } from '../fixtures/uploads.fixture.js';

const run = promisify(execFile);

const image =
  '[{ name: thumb, kind: image, width: 300 }, { name: late, kind: image, width: 200, format: avif }]';
const film = '[{ name: poster, kind: poster, width: 160 }, { name: stream, kind: hls, heights: [180] }]';
const pipelines = `
version: 1
pipelines:
  - { name: strict, damaged: fail, match: { kind: image, prefix: strict/ }, renditions: ${image} }
  - { name: pictures, match: { kind: image }, renditions: ${image} }
  - { name: mended, damaged: repair, match: { kind: video, prefix: mended/ }, renditions: ${film} }
  - { name: films, match: { kind: video }, renditions: ${film} }
  - { name: sounds, damaged: repair, match: { kind: audio }, renditions: [{ name: sound, kind: audio }] }
`;

let folder: string;
let stack: Stack;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-damaged-'));
  stack = await startPipelines('postgres', pipelines);
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const share = (bytes: Buffer, of: number) => bytes.subarray(0, Math.floor(bytes.length * of));
const damaged = { status: 'failed', error: { code: 'media.damaged' } };
const truncated = { status: 'ready', error: null, warnings: ['media.truncated'] };

describe.each(['jpeg', 'png'] as const)('a picture that lacks its last rows (%s)', (format) => {
  let whole: Buffer;
  beforeAll(async () => {
    const noise = { type: 'gaussian' as const, mean: 128, sigma: 40 };
    const create = { width: 600, height: 400, channels: 3 as const, background: 'black', noise };
    whole = await sharp({ create }).toFormat(format).toBuffer();
  });

  test('is shown with a warning', async () => {
    const upload = await putToEnd(stack, `cut.${format}`, share(whole, 0.9));
    expect(upload).toMatchObject({ ...truncated, metadata: { width: 600, height: 400, format } });
    expect(upload.renditions.map(({ status, width }) => [status, width])).toEqual([
      ['ready', 300],
      ['ready', 200],
    ]);
  });

  test('fails where the pipeline says so', async () => {
    expect(await putToEnd(stack, `strict/cut.${format}`, share(whole, 0.9))).toMatchObject(damaged);
    expect(await putToEnd(stack, `strict/whole.${format}`, whole)).toMatchObject({
      status: 'ready',
      warnings: [],
    });
  });

  test('fails when too little is there', async () => {
    expect(await putToEnd(stack, `little.${format}`, share(whole, 0.6))).toMatchObject(damaged);
  });
});

test('a JPEG that is damaged inside is shown with a warning, an odd one without', async () => {
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 40 };
  const create = { width: 600, height: 400, channels: 3 as const, background: 'black', noise };
  const whole = await sharp({ create }).jpeg().toBuffer();
  // Marks of restarts, where there are none.
  const at = Math.floor(whole.length / 2);
  const broken = Buffer.from(whole).fill('ffd5', at, at + 40, 'hex');
  expect(await putToEnd(stack, 'broken.jpg', broken)).toMatchObject({
    status: 'ready',
    warnings: ['media.corrupt'],
  });
  // Fill bytes before a marker, and something behind the picture.
  const odd = Buffer.concat([
    whole.subarray(0, 2),
    Buffer.from([0xff, 0xff]),
    whole.subarray(2),
    Buffer.alloc(999, 7),
  ]);
  expect(await putToEnd(stack, 'odd.jpg', odd)).toMatchObject({ status: 'ready', warnings: [] });
});

test('a TIFF of which a tile cannot be decoded is shown with a warning, one with a broken strip fails', async () => {
  const raw = { width: 400, height: 300, channels: 3 as const };
  // The same noise each time: of other noise, one in forty such damages decodes to other pixels without an error.
  const noise = createHash('shake256', { outputLength: 400 * 300 * 3 })
    .update('noise')
    .digest();
  const pixels = noise.map((byte) => 96 + (byte & 0x3f));
  for (const tile of [true, false]) {
    const whole = await sharp(pixels, { raw }).tiff({ compression: 'deflate', tile }).toBuffer();
    const at = Math.floor(whole.length / 2);
    const broken = Buffer.from(whole).fill(0xff, at, at + 400);
    const shown = { status: 'ready', warnings: ['media.corrupt'] };
    expect(await putToEnd(stack, `broken-${tile}.tif`, broken)).toMatchObject(tile ? shown : damaged);
    expect(await putToEnd(stack, `whole-${tile}.tif`, whole)).toMatchObject({
      status: 'ready',
      warnings: [],
    });
  }
});

describe('a film that lacks its end', () => {
  async function make(name: string, ...options: string[]): Promise<Buffer> {
    const file = join(folder, name);
    const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25:duration=20'];
    const sound = ['-f', 'lavfi', '-i', 'sine=duration=20'];
    const coders = ['-c:v', 'libx264', '-g', '25', '-b:v', '200k', '-c:a', 'aac'];
    const silent = ['-v', 'error', '-y'];
    await run(inject('services').ffmpegPath, [...silent, ...picture, ...sound, ...coders, ...options, file]);
    return readFile(file);
  }

  test.each([
    ['film.mkv', []],
    ['film.ts', []],
    ['fast.mp4', ['-movflags', 'faststart']],
    ['fragments.mp4', ['-movflags', 'frag_keyframe+empty_moov']],
  ])('%s is shown with a warning where the pipeline says so', async (name, options) => {
    const whole = await make(name, ...options);
    const upload = await putToEnd(stack, `mended/${name}`, share(whole, 0.92));
    // Of a transport stream nobody knows how long it should be.
    expect(upload).toMatchObject(name.endsWith('.ts') ? { status: 'ready', warnings: [] } : truncated);
    const stream = upload.renditions.find(({ kind }) => kind === 'hls');
    expect(stream?.durationMs).toBeGreaterThan(16_000);
    expect(stream?.durationMs).toBeLessThan(19_600);
    expect(await putToEnd(stack, `mended/whole-${name}`, whole)).toMatchObject({
      status: 'ready',
      warnings: [],
    });
  });

  test.each(['film.mkv', 'fast.mp4'])('%s fails otherwise, and when too little is there', async (name) => {
    const whole = await make(name, ...(name === 'fast.mp4' ? ['-movflags', 'faststart'] : []));
    expect(await putToEnd(stack, name, share(whole, 0.92))).toMatchObject(damaged);
    expect(await putToEnd(stack, `mended/half-${name}`, share(whole, 0.6))).toMatchObject(damaged);
  });

  test('an MP4 without its index fails, and is told why', async () => {
    const whole = await make('plain.mp4');
    const upload = await putToEnd(stack, 'mended/plain.mp4', share(whole, 0.95));
    expect(upload).toMatchObject(damaged);
    expect(upload.error?.message).toContain('lacks its index (moov)');
  });

  test('sound is used as far as it goes', async () => {
    const file = join(folder, 'sound.flac');
    await run(inject('services').ffmpegPath, ['-v', 'error', '-f', 'lavfi', '-i', 'anoisesrc=d=20', file]);
    expect(await putToEnd(stack, 'cut.flac', share(await readFile(file), 0.9))).toMatchObject(truncated);
  });
});
