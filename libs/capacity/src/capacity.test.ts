import { parsePipelines } from '#pipelines';
import { describe, expect, test } from 'vitest';
import { costs } from './costs.js';
import { type Demand, planCapacity } from './plan-capacity.js';
import { diurnal, type SimulatedQueue, simulateDay } from './simulate-day.js';
import { remakeSeconds } from './remake-seconds.js';
import { workOf } from './work-of-pipelines.js';

const pipelines = parsePipelines(
  `
version: 1
pipelines:
  - name: photos
    match: { kind: image }
    renditions:
      - { name: thumb, kind: image, width: 320 }
      - { name: large, kind: image, width: 1280 }
  - name: videos
    match: { kind: video, prefix: films/ }
    renditions:
      - { name: poster, kind: poster, width: 640 }
      - { name: stream, kind: hls, heights: [1080, 480] }
`,
  'pipelines.yaml',
);
const demand: Demand = {
  imagesPerDay: 1_000_000,
  videoMinutesPerDay: 10_000,
  minutesPerVideo: 2,
  peakFactor: 3,
  webhooks: 1,
  eventDays: 30,
};
const plan = (changes: Partial<Demand> = {}, megapixels = 12) =>
  planCapacity({ ...demand, ...changes }, workOf(pipelines, megapixels));

/** Every number of a plan, by its path. */
function figuresOf(value: unknown, path = ''): [string, number][] {
  if (typeof value === 'number') return [[path, value]];
  return Object.entries(value as object).flatMap(([name, one]) => figuresOf(one, `${path}/${name}`));
}

test('every cost is above zero and says where it comes from', () => {
  for (const { value, unit, source } of Object.values(costs)) {
    expect(value).toBeGreaterThan(0);
    expect(unit.length).toBeGreaterThan(5);
    expect(source).toMatch(/npm run bench|assumed/);
  }
});

describe('a plan', () => {
  test.each<[string, Partial<Demand>]>([
    ['images', { imagesPerDay: 2_000_000 }],
    ['minutes of video', { videoMinutesPerDay: 20_000 }],
    ['uneven a day', { peakFactor: 6 }],
    ['webhooks', { webhooks: 3 }],
    ['days of events', { eventDays: 90 }],
  ])('needs nothing less with more %s, and something more', (_, more) => {
    const [before, after] = [figuresOf(plan()), new Map(figuresOf(plan(more)))];
    for (const [path, value] of before) expect([path, (after.get(path) ?? 0) >= value]).toEqual([path, true]);
    expect(before.some(([path, value]) => (after.get(path) ?? 0) > value)).toBe(true);
  });

  test('needs more workers for more megapixels, and no more apis', () => {
    expect(plan({}, 48).workers.thumbnail.busyCores).toBeGreaterThan(
      plan({}, 12).workers.thumbnail.busyCores,
    );
    expect(plan({}, 48).api).toEqual(plan({}, 12).api);
  });

  test('needs next to nothing for nothing', () => {
    const { api, workers, postgres, bitsPerSecond } = plan({ imagesPerDay: 0, videoMinutesPerDay: 0 });
    expect([api.processes, workers.thumbnail.processes, workers.transcode.processes]).toEqual([0, 0, 0]);
    expect([postgres.growthBytesPerDay, bitsPerSecond.fromStore]).toEqual([0, 0]);
  });

  test('is what a hand reckons: cores are work a second at the peak, with room', () => {
    const work = workOf(pipelines, 12);
    const { workers, postgres } = plan({ videoMinutesPerDay: 0 });
    const perSecond = (1_000_000 / 86_400) * 3;
    expect(workers.thumbnail.busyCores).toBeCloseTo((perSecond * work.imageMs) / 1_000 / 0.7, 6);
    expect(postgres.growthBytesPerDay).toBe(1_000_000 * (costs.uploadRow.value + 2 * costs.versionRow.value));
  });

  test('counts the renditions of a pipeline that asks for more than the kind, and only of sizes that there are', () => {
    const work = workOf(pipelines, 12);
    expect([work.imageRenditions, work.videoRenditions]).toEqual([2, 2]);
    expect(work.videoSecondsPerMinute).toBeGreaterThan(costs.videoBase.value);
    // A picture smaller than its renditions is not enlarged.
    expect(workOf(pipelines, 0.01).imageBytesOut).toBeCloseTo(2 * 0.01 * costs.webpBytesMegapixel.value, 3);
  });
});

describe('a simulated day', () => {
  const queue: SimulatedQueue = {
    perSecond: 10,
    secondsEach: 0.5,
    coresPerWorker: 4,
    jobsAtOnce: 4,
    backlogPerWorker: 50,
    workersMin: 0,
    workersMax: 100,
  };
  const scaler = { lookEvery: 30, startUp: 60, coolDown: 300 };

  test('has the jobs that were asked for, whatever the curve', () => {
    for (const peakFactor of [1, 2, 8])
      expect(simulateDay(queue, scaler, peakFactor).jobs).toBeCloseTo(864_000, 3);
    expect(diurnal(20 * 3_600, 3)).toBeCloseTo(3);
    expect(diurnal(8 * 3_600, 30)).toBeCloseTo(0.1);
  });

  test('works as long as the jobs take, and its workers live no shorter', () => {
    const { workerMinutes, busyShare, jobs } = simulateDay(queue, scaler, 3);
    expect(workerMinutes * 4 * busyShare).toBeCloseTo((jobs * 0.5) / 60, -1);
    expect(busyShare).toBeLessThanOrEqual(1);
  });

  test('keeps the backlog bounded where workers may come, and not where too few may', () => {
    const enough = simulateDay(queue, scaler, 3);
    const few = simulateDay({ ...queue, workersMax: 1 }, scaler, 3);
    expect(enough.oldestSeconds).toBeLessThan(600);
    expect(few.maxBacklog).toBeGreaterThan(enough.maxBacklog);
    expect(few.oldestSeconds).toBeGreaterThan(enough.oldestSeconds);
    expect(few.maxWorkers).toBe(1);
  });

  test('waits longer for workers that come later', () => {
    const late = simulateDay(queue, { ...scaler, startUp: 600 }, 3);
    expect(late.oldestSeconds).toBeGreaterThanOrEqual(simulateDay(queue, scaler, 3).oldestSeconds);
  });
});

describe('what making renditions again takes', () => {
  const specsOf = (kind: 'image' | 'video', prefix: string) =>
    pipelines.pipelines.find(({ match }) => match.kind === kind && (match.prefix ?? '') === prefix)
      ?.renditions ?? [];
  const photo = specsOf('image', '');
  const film = specsOf('video', 'films/');

  test('is nothing for nothing, and as much as a fresh upload takes', () => {
    expect(remakeSeconds([], { width: 4_000, height: 3_000 })).toBe(0);
    const fresh = workOf(pipelines, 12).imageMs / 1_000;
    expect(remakeSeconds(photo, { width: 4_000, height: 3_000 })).toBeCloseTo(fresh, 5);
    // Facts that say nothing are taken for those of a usual photo.
    expect(remakeSeconds(photo, {})).toBeCloseTo(fresh, 5);
  });

  test('grows with a video, and with the rungs that its size allows', () => {
    const minute = remakeSeconds(film, { width: 1_920, height: 1_080, durationMs: 60_000 });
    const still = costs.stillVideo.value;
    const { videoSecondsPerMinute } = workOf(pipelines, 12);
    expect(minute).toBeCloseTo(videoSecondsPerMinute + still, 5);
    expect(remakeSeconds(film, { width: 1_920, height: 1_080, durationMs: 120_000 })).toBeCloseTo(
      2 * (minute - still) + still,
      5,
    );
    expect(remakeSeconds(film, { width: 854, height: 480, durationMs: 60_000 })).toBeLessThan(minute);
  });
});
