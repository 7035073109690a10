import { assert, constantFrom, double, integer, oneof, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isCut, planContents, planRanges } from './chunk-plan.js';
import { outputFrameRate, segmentFrames } from '../encoding/ladder.js';
import type { MediaFacts } from '../facts/media-facts.js';
import type { StreamPlan } from '../streams/stream-plan.js';

const factsOf = (durationMs: number | null, container = 'mp4', endMs: number | null = null) =>
  ({ durationMs, container, video: { endMs } }) as unknown as MediaFacts;

const planOf = (frameRate: number, segmentSeconds: number) =>
  ({
    pictures: [{ target: { frameRate, keyFrames: segmentFrames(frameRate, segmentSeconds) } }],
  }) as unknown as StreamPlan;

const rates = oneof(
  constantFrom(24_000 / 1_001, 24, 25, 30_000 / 1_001, 30, 50, 60_000 / 1_001, 60),
  double({ min: 0.2, max: 1_000, noNaN: true }),
);

test('parts of any video follow each other frame by frame and segment by segment, and the last is of fair size', () => {
  assert(
    property(
      rates,
      integer({ min: 1, max: 20 }),
      integer({ min: 1, max: 2_000 }),
      integer({ min: 1, max: 8_000_000 }),
      (sourceRate, segmentSeconds, chunkSeconds, durationMs) => {
        const rate = outputFrameRate(sourceRate);
        const plan = planOf(rate, segmentSeconds);
        const keyFrames = plan.pictures[0]?.target.keyFrames ?? 0;
        const parts = planRanges(factsOf(durationMs), plan, chunkSeconds);
        let frame = 0;
        for (const [index, part] of parts.entries()) {
          expect(part.startFrame).toBe(frame);
          expect(part.firstSegment * keyFrames).toBe(frame);
          expect(part.frames === null).toBe(index === parts.length - 1);
          frame += part.frames ?? 0;
          expect(frame % keyFrames).toBe(0);
        }
        const allFrames = (durationMs / 1_000) * rate;
        const length = parts[0]?.frames ?? allFrames;
        expect(allFrames - frame).toBeLessThanOrEqual(1.5 * length + 1);
        expect(allFrames - frame).toBeGreaterThanOrEqual(parts.length > 1 ? 0.5 * length - 1 : 0);
      },
    ),
  );
});

test('a part lasts as long as was asked for, in whole segments', () => {
  const parts = planRanges(factsOf(3_600_000), planOf(30_000 / 1_001, 4), 600);
  expect(parts).toHaveLength(6);
  expect(parts[1]).toEqual({ startFrame: 18_000, frames: 18_000, firstSegment: 150 });
});

test('sound that goes on behind the pictures makes no part without a picture', () => {
  const parts = planRanges(factsOf(60_000, 'mp4', 20_000), planOf(25, 1), 10);
  expect(parts).toEqual([
    { startFrame: 0, frames: 250, firstSegment: 0 },
    { startFrame: 250, frames: null, firstSegment: 10 },
  ]);
});

test('only what is longer than two chunks, and has an index, is cut', () => {
  expect(isCut(factsOf(20_001), 10)).toBe(true);
  expect(isCut(factsOf(20_000), 10)).toBe(false);
  expect(isCut(factsOf(null), 10)).toBe(false);
  expect(isCut(factsOf(20_001, 'mpegts'), 10)).toBe(false);
  expect(isCut({ ...factsOf(20_001), video: null }, 10)).toBe(false);
});

describe('a video that plays while it is encoded', () => {
  const facts = { ...factsOf(3_600_000), subtitles: [] } as unknown as MediaFacts;
  const picture = (side: number) => ({
    range: 'SDR',
    target: { frameRate: 25, keyFrames: 100, size: { width: 2 * side, height: side } },
  });
  const growing = (heights: number[], sound: object | null) => {
    const pictures = heights.map(picture);
    const sounds = sound ? [sound] : [];
    return { pictures, sounds, hls: { rungs: pictures, sound }, mp4: null } as unknown as StreamPlan;
  };
  const planned = (heights: number[], sound: object | null, grows = true) =>
    planContents(facts, growing(heights, sound), 300, grows);

  test('begins with the start of its sound and pieces that double, of its smallest rung alone', () => {
    const works = planned([1080, 480], { normalize: false });
    const [soundAt = -1, ...laterSounds] = works.flatMap(({ pictures }, index) =>
      pictures === null ? [index] : [],
    );
    expect([soundAt, ...laterSounds]).toEqual([0, 3, 7]);
    expect([0, 3, 7].map((index) => works[index]?.soundSegments)).toEqual([9, 75, undefined]);
    const start = works.filter(({ isStart, pictures }) => isStart && pictures);
    expect(start.map(({ pictures }) => (pictures?.frames ?? 0) / 100)).toEqual([3, 6, 12, 24, 30]);
    const early = works.filter(({ early }) => early === 'pictures');
    expect(early.every(({ rungs }) => rungs === 'smallest')).toBe(true);
    // Each rung has every frame, in order.
    for (const rungs of ['smallest', 'others']) {
      let frame = 0;
      for (const { pictures } of works.filter((one) => one.rungs === rungs)) {
        expect(pictures).toMatchObject({ startFrame: frame, firstSegment: frame / 100 });
        frame += pictures?.frames ?? 7_500;
      }
      expect(frame).toBe(90_000);
    }
    expect(works.findLastIndex(({ early }) => early)).toBeLessThan(
      works.findIndex(({ rungs }) => rungs === 'others'),
    );
  });

  test('has its sound first as a whole where its loudness counts, and none where there is none', () => {
    const [first, ...others] = planned([1080, 480], { normalize: true });
    expect(first).toMatchObject({ pictures: null, early: 'sound' });
    expect(first).not.toHaveProperty('soundSegments');
    expect(others.every(({ pictures }) => pictures !== null)).toBe(true);
    expect(planned([1080, 480], null).every(({ pictures }) => pictures !== null)).toBe(true);
  });

  test('of one rung is encoded once, and what does not grow is cut as ever', () => {
    expect(planned([480], null).every(({ rungs }) => rungs === 'smallest')).toBe(true);
    const whole = planned([1080, 480], { normalize: false }, false);
    expect(whole).toHaveLength(13);
    expect(whole.some((work) => 'early' in work || 'rungs' in work)).toBe(false);
    const weigh = (works: typeof whole) => works.reduce((sum, { weight }) => sum + weight, 0);
    expect(weigh(planned([480], null))).toBeCloseTo(12);
  });
});
