import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { eventually, ossClient, type Stack, type UploadView } from '#testing';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  clipRate,
  clipSeconds,
  countingClip,
  expectWhole,
  secondOf,
  sizesOf,
} from '../fixtures/counting-clip.fixture.js';
import { skippedWithoutChromium } from '../fixtures/chromium.fixture.js';
import { type HeldEncoder, holdEncoder } from '../fixtures/held-encoder.fixture.js';
import { type Browser, startBrowser } from '../fixtures/player.fixture.js';
import { putObject, putToEnd, startPipelines } from '../fixtures/uploads.fixture.js';

const hls = 'name: stream, kind: hls, heights: [360, 180], segmentSeconds: 2';
const pipelines = `
version: 1
pipelines:
  - name: hidden
    match: { kind: video, prefix: hidden/ }
    renditions: [{ ${hls}, encryption: aes-128 }]
  - name: early
    match: { kind: video, prefix: early/ }
    renditions:
      - { name: stream, kind: hls, heights: [270, 180], segmentSeconds: 2, codec: av1, firstPlayable: true }
  - name: growing
    match: { kind: video, prefix: growing/ }
    renditions:
      - { name: stream, kind: hls, heights: [270, 180], segmentSeconds: 2, firstPlayable: true, encryption: aes-128 }
  - name: plain
    match: { kind: video }
    renditions: [{ ${hls}, dash: true }]
`;

describe.skipIf(skippedWithoutChromium)(`streams in a real Chromium${skippedWithoutChromium}`, () => {
  let stack: Stack;
  let browser: Browser;
  /** Holds the larger rung of what plays early. */
  let encoder: HeldEncoder;
  let clip: string;
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'landfall-playback-'));
    clip = join(folder, 'clip.mp4');
    encoder = await holdEncoder(' 270p/');
    stack = await startPipelines('postgres', pipelines, {
      FFMPEG_PATH: encoder.path,
      // Only what is longer than two chunks is cut.
      VIDEO_CHUNK_S: '6',
      WORKER_TRANSCODE_CONCURRENCY: '1',
    });
    browser = await startBrowser();
    return async () => {
      await browser[Symbol.asyncDispose]();
      await stack[Symbol.asyncDispose]();
      await encoder[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    };
  });

  /** Gives the stream as the API hands it out. */
  const makeStream = async (key: string, content: Buffer) => {
    const upload = await putToEnd(stack, key, content);
    expect(upload).toMatchObject({ status: 'ready', error: null });
    const { url, dashUrl } = upload.renditions.find(({ kind }) => kind === 'hls') ?? {};
    return { url: url ?? '', dashUrl: dashUrl ?? '' };
  };

  test.each(['HLS with hls.js', 'DASH with Shaka Player'])(
    '%s from start to end, with one seek and one forced switch of quality',
    async (kind) => {
      const { url, dashUrl } = await makeStream('landscape.mp4', await countingClip(clip));
      await using player = await browser.openPlayer();
      const qualities = await player.open(kind.startsWith('DASH') ? dashUrl : url);
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
      expect(watched.switches).toContain(1);
      expect(watched.frames.at(-1)).toMatchObject({ width: 640, height: 360 });
      expect(watched.decodedAudioBytes).toBeGreaterThan(0);
      expect(sizesOf(watched)).toEqual(['320x180', '640x360']);
      // The seek was backwards: what had been played before was decoded once more.
      expect(watched.decodedFrames).toBeGreaterThan(clipSeconds * clipRate);
    },
  );

  test('the size that is told is that of all its files together', async () => {
    const upload = await putToEnd(stack, 'sized.mp4', await countingClip(clip));
    const [stream] = upload.renditions;
    const prefix = dirname(stream?.objectKey ?? '');
    const { objects } = await ossClient(stack).listV2({ prefix, 'max-keys': '1000' }, {});
    expect(objects.length).toBeGreaterThan(12);
    expect(stream?.sizeBytes).toBe(objects.reduce((sum, { size }) => sum + size, 0));
  });

  test('a video turned by a phone, upright and without sound', async () => {
    const { url } = await makeStream(
      'portrait.mp4',
      await countingClip(clip, { turned: true, silent: true }),
    );
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

  test('an encrypted stream with the API key, and not without it', async () => {
    const { url } = await makeStream('hidden/clip.mp4', await countingClip(clip));
    await using stranger = await browser.openPlayer();
    await expect(stranger.open(url)).rejects.toThrow('keyLoadError');
    await using player = await browser.openPlayer();
    expect(await player.open(url, stack.env['API_KEYS'])).toHaveLength(2);
    const watched = await player.playToEnd();
    expectWhole(watched);
    expect(watched.decodedAudioBytes).toBeGreaterThan(0);
  });

  // HEVC is not played: Chromium decodes it with hardware alone.
  test('the smallest size in AV1, while the other is still encoded', async () => {
    const id = await putObject(stack, 'early/clip.mp4', await countingClip(clip));
    const upload = await eventually(async () => {
      const found = await stack.get<UploadView>(`/v1/uploads/${id}`);
      return found.renditions[0]?.url ? found : undefined;
    });
    expect(upload.renditions).toMatchObject([{ status: 'pending' }]);
    await using player = await browser.openPlayer();
    expect(await player.open(upload.renditions[0]?.url ?? '')).toMatchObject([{ width: 320, height: 180 }]);
    const watched = await player.playToEnd();
    expectWhole(watched);
    expect(sizesOf(watched)).toEqual(['320x180']);
    await encoder.held();
    await encoder.release();
    expect(await stack.waitFor(id, 'ready', 'failed')).toMatchObject({ status: 'ready' });
  });

  test('a long video from its first seconds to its end, while it is encoded', async () => {
    await encoder.hold();
    const seconds = 13;
    const id = await putObject(stack, 'growing/clip.mp4', await countingClip(clip, { seconds }));
    const upload = await eventually(async () => {
      const found = await stack.get<UploadView>(`/v1/uploads/${id}`);
      return found.renditions[0]?.url ? found : undefined;
    });
    expect(upload).toMatchObject({ status: 'processing' });
    expect(upload.renditions).toMatchObject([{ status: 'pending', width: 320, durationMs: 1_000 * seconds }]);
    const url = upload.renditions[0]?.url ?? '';
    const apiKey = stack.env['API_KEYS'];
    await using player = await browser.openPlayer();
    expect(await player.open(url, apiKey)).toMatchObject([{ width: 320, height: 180 }]);
    await player.playUntil(3);
    expect(secondOf(await player.seek(0.5))).toBe(0);
    // All of the smallest rung is there, and the other one is still being made.
    const watched = await player.playToEnd();
    expectWhole(watched, seconds);
    await encoder.held();
    expect(await stack.get<UploadView>(`/v1/uploads/${id}`)).toMatchObject({ status: 'processing' });
    await encoder.release();
    expect(sizesOf(watched)).toEqual(['320x180']);
    expect(watched.audioTracks).toBe(1);
    expect(watched.decodedAudioBytes).toBeGreaterThan(0);
    expect(await stack.waitFor(id, 'ready', 'failed')).toMatchObject({ status: 'ready', error: null });
    await using late = await browser.openPlayer();
    expect(await late.open(url, apiKey)).toHaveLength(2);
  });
});
