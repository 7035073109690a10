import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withRangeProxy } from '#storage';
import { startStandInStore } from '#testing';
import { makePoster, makePreview, makeStoryboard, type MediaFacts, probeMedia } from '#video';
import { afterAll, beforeAll, expect, test } from 'vitest';

const execute = promisify(execFile);
const tools = { ffmpegPath: 'ffmpeg', ffprobePath: 'ffprobe' };
const limits = { maxPixels: 9_000_000, timeoutMs: 60_000 };
const never = new AbortController().signal;
const etag = 'B6FCC6E7BF6BBA5B2C7B8C0F1A3B5C7D';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proxy-test-'));
  const film = (size: string, seconds: number) => [
    '-v',
    'error',
    '-f',
    'lavfi',
    '-i',
    `testsrc2=size=${size}:rate=25:duration=${seconds}`,
  ];
  const small = [...film('320x180', 12), '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
  await execute('ffmpeg', [...small, join(folder, 'small-rear.mp4')]);
  await execute('ffmpeg', [...small, '-movflags', '+faststart', join(folder, 'small-front.mp4')]);
  await enlarge('small-rear.mp4', 'rear.mp4');
  await enlarge('small-front.mp4', 'front.mp4');
  // 130 MB in frames of 250 kB, each one a key frame: made as fast as the disk takes it.
  const raw = ['-pix_fmt', 'uyvy422', '-c:v', 'rawvideo', '-f', 'mov'];
  await execute('ffmpeg', [...film('480x270', 20), ...raw, join(folder, 'raw.mov')]);
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

/** Copies an MP4 with 1 GB of nothing behind the media in its `mdat`, as a hole in the file. */
async function enlarge(from: string, to: string): Promise<void> {
  const bytes = await readFile(join(folder, from));
  await using file = await open(join(folder, to), 'w');
  let shift = 0;
  for (let place = 0; place < bytes.length;) {
    const length = bytes.readUInt32BE(place);
    const box = Buffer.from(bytes.subarray(place, place + length));
    const isMedia = box.toString('latin1', 4, 8) === 'mdat';
    if (isMedia) box.writeUInt32BE(length + 1e9);
    await file.write(box, 0, box.length, place + shift);
    if (isMedia) shift = 1e9;
    place += length;
  }
  await file.truncate(bytes.length + shift);
}

/** Works on a film through the proxy, and tells which share of its bytes left the store. */
async function shareRead(name: string, work: (url: string) => Promise<unknown>): Promise<number> {
  const path = join(folder, name);
  const { size } = await stat(path);
  await using standIn = await startStandInStore((request, response) => {
    const [, first = '0', last = '0'] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
    const range = { start: Number(first), end: Number(last) };
    response.writeHead(206, {
      'content-length': range.end - range.start + 1,
      'content-range': `bytes ${first}-${last}/${size}`,
    });
    const body = createReadStream(path, range);
    body.pipe(response);
    response.once('close', () => body.destroy());
  });
  const object = { bucket: 'bucket', objectKey: name, etag, sizeBytes: size };
  return await withRangeProxy(standIn.store, object, never, async (url, proxy) => {
    await work(url);
    return proxy.bytesRead / size;
  });
}

const workOn = (source: string, facts: MediaFacts) => {
  return { tools, source, facts, outDir: folder, limits, signal: never };
};

const places = [{}, { at: 10 }, { share: 0.5 }, { share: 1 }, { at: 1_000 }];

test.each(['front.mp4', 'rear.mp4'].flatMap((name) => places.map((place) => ({ name, place }))))(
  'of 1 GB facts and a poster take less than 5 % of the bytes: $name $place',
  async ({ name, place }) => {
    const poster = { name: 'poster', width: 160, format: 'jpeg', quality: 80, ...place } as const;
    const share = await shareRead(name, async (url) => {
      const facts = await probeMedia(tools, url, limits, never);
      await makePoster(workOn(url, facts), poster);
    });
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThan(0.05);
  },
);

test('of 130 MB a preview and a storyboard take little more than what they show', async () => {
  const loop = { name: 'loop', format: 'mp4', width: 160, seconds: 2, frameRate: 10, quality: 60 } as const;
  const tiles = { width: 80, columns: 4, rows: 2, count: 8 } as const;
  const board = { name: 'board', format: 'jpeg', quality: 80, ...tiles } as const;
  const facts = await probeMedia(tools, join(folder, 'raw.mov'), limits, never);
  const ofLoop = await shareRead('raw.mov', (url) => makePreview(workOn(url, facts), loop));
  const ofBoard = await shareRead('raw.mov', (url) => makeStoryboard(workOn(url, facts), board));
  // Two seconds of twenty are a tenth. Each time that is sought the connection buffers some megabytes more, how many is
  // the kernel's choice; the whole would be more than one.
  expect(ofLoop).toBeLessThan(0.3);
  expect(ofBoard).toBeLessThan(0.8);
});
