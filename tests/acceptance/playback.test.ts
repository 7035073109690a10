import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ossClient, type Stack } from '#testing';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import {
  clipRate,
  clipSeconds,
  countingClip,
  expectWhole,
  secondOf,
  sizesOf,
} from './counting-clip.suite.js';
import { type Browser, startBrowser } from './player.suite.js';
import { putToEnd, startPipelines } from './uploads.suite.js';

const pipelines = `
version: 1
pipelines:
  - name: videos
    match: { kind: video }
    renditions:
      - { name: stream, kind: hls, heights: [360, 180], segmentSeconds: 2 }
`;
const { chromiumPath } = inject('services');
const reason = chromiumPath ? '' : ' (skipped: there is no Chromium; `npm test` installs it where it may)';

describe.skipIf(!chromiumPath)(`streams in a real Chromium with hls.js${reason}`, () => {
  let stack: Stack;
  let browser: Browser;
  let clip: string;
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'landfall-playback-'));
    clip = join(folder, 'clip.mp4');
    stack = await startPipelines('postgres', pipelines);
    browser = await startBrowser();
    return async () => {
      await browser[Symbol.asyncDispose]();
      await stack[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    };
  });

  /** Gives the URL of the stream, as the API hands it out. */
  const makeStream = async (key: string, content: Buffer): Promise<string> => {
    const upload = await putToEnd(stack, key, content);
    expect(upload).toMatchObject({ status: 'ready', error: null });
    return upload.renditions.find(({ kind }) => kind === 'hls')?.url ?? '';
  };

  test('from start to end, with one seek and one forced switch of quality', async () => {
    const url = await makeStream('landscape.mp4', await countingClip(clip));
    await using player = await browser.openPlayer();
    const qualities = await player.open(url);
    expect(qualities).toMatchObject([
      { width: 320, height: 180, frameRate: clipRate },
      { width: 640, height: 360, frameRate: clipRate },
    ]);
    await player.playUntil(1.5);
    await player.switchTo(1);
    await player.playUntil(4.5);
    expect(secondOf(await player.seek(0.5))).toBe(0);
    const watched = await player.playToEnd();
    expectWhole(watched);
    expect(watched.audioTracks).toBe(1);
    // After the seek the beginning may still be there in the first quality.
    expect(watched.switches.slice(0, 2)).toEqual([0, 1]);
    expect(watched.frames.at(-1)).toMatchObject({ width: 640, height: 360 });
    expect(watched.decodedAudioBytes).toBeGreaterThan(0);
    expect(sizesOf(watched)).toEqual(['320x180', '640x360']);
    // The seek was backwards: what had been played before was decoded once more.
    expect(watched.decodedFrames).toBeGreaterThan(clipSeconds * clipRate);
  });

  test('the size that is told is that of all its files together', async () => {
    const upload = await putToEnd(stack, 'sized.mp4', await countingClip(clip));
    const [stream] = upload.renditions;
    const prefix = dirname(stream?.objectKey ?? '');
    const { objects } = await ossClient(stack).listV2({ prefix, 'max-keys': '1000' }, {});
    expect(objects.length).toBeGreaterThan(12);
    expect(stream?.sizeBytes).toBe(objects.reduce((sum, { size }) => sum + size, 0));
  });

  test('a video turned by a phone, upright and without sound', async () => {
    const url = await makeStream('portrait.mp4', await countingClip(clip, { turned: true, silent: true }));
    await using player = await browser.openPlayer();
    const qualities = await player.open(url);
    expect(qualities).toMatchObject([
      { width: 180, height: 320 },
      { width: 360, height: 640 },
    ]);
    await player.playUntil(0.5);
    await player.switchTo(1);
    const watched = await player.playToEnd();
    expectWhole(watched);
    expect(watched).toMatchObject({ switches: [0, 1], audioTracks: 0, decodedAudioBytes: 0 });
    expect(sizesOf(watched)).toEqual(['180x320', '360x640']);
    // What was on the left is on top.
    const [topLeft = 0, topRight = 0, ...bottom] = watched.frames[0]?.picture ?? [];
    expect(Math.max(topLeft, topRight)).toBeLessThan(30);
    expect(Math.min(...bottom)).toBeGreaterThan(230);
  });
});
