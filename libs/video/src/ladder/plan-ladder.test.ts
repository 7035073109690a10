import { describe, expect, test } from 'vitest';
import { hardwareEncoder } from '../encoding/hardware-encoders.js';
import { softwareEncoders } from '../encoding/software-encoders.js';
import { planLadder } from './plan-ladder.js';
import { chooseStretches, readLack, readPackets, shareMeasured, type SizeSample } from './probe-sizes.js';

const frame = { frameRate: 25, keyFrames: 100, codec: 'h264', shareMeasured: 0.01 } as const;

/** A sample of a size in 16:9 that takes so much. */
const sample = (height: number, kbps: number, lack = 40): SizeSample => {
  const bytes = (kbps * 1_000) / 8 / 25;
  return { size: { width: (height * 16) / 9, height }, keyBytes: bytes, frameBytes: bytes, lack };
};
const plan = (...samples: SizeSample[]) => planLadder(samples, frame);
const heights = (...samples: SizeSample[]) => plan(...samples).rungs.map(({ size }) => size.height);

describe('the rungs of a video', () => {
  test.each([
    ['sport keeps all', [sample(1080, 4_500), sample(720, 2_200), sample(480, 1_000)], [1080, 720, 480]],
    ['slides have one', [sample(1080, 180), sample(720, 100), sample(480, 60)], [1080]],
    ['still talk: the next is enough', [sample(1080, 600), sample(720, 290), sample(480, 150)], [1080, 720]],
    ['hardly smaller', [sample(1080, 1_000), sample(720, 800), sample(480, 600)], [1080, 480]],
    ['never none', [sample(1080, 1)], [1080]],
    ['black takes nothing', [sample(1080, 0), sample(720, 0)], [1080]],
    ['blown up from 480', [sample(1080, 900), sample(720, 700, 0.4), sample(480, 500, 0.45)], [480]],
    ['blown up from 720', [sample(1080, 900), sample(720, 700, 0.4), sample(480, 400)], [720, 480]],
    [
      'as good as the next but one only',
      [sample(1080, 900), sample(720, 500), sample(480, 300, 0)],
      [1080, 720, 480],
    ],
  ])('%s', (...[, samples, wanted]) => {
    expect(heights(...samples)).toEqual(wanted);
  });

  test('says why a size is left out', () => {
    const { omitted } = plan(sample(1080, 900), sample(720, 700, 0.4), sample(480, 600), sample(360, 200));
    expect(omitted.map(({ size, because }) => [size.height, because])).toEqual([
      [1080, 'no-detail'],
      [480, 'hardly-smaller'],
    ]);
    expect(plan(sample(720, 100), sample(480, 60)).omitted[0]?.because).toBe('enough');
  });

  test('what takes more than its cap is coarser, by two steps at most; nothing is finer', () => {
    const coarser = (kbps: number) => plan(sample(1080, kbps)).rungs[0]?.auto?.coarser;
    expect([1, 4_900, 5_700, 6_300, 90_000].map(coarser)).toEqual([0, 0, 1, 2, 2]);
  });

  test('the time of omitted sizes is spent on the others, and no more than a quarter beside it', () => {
    const thorough = (...samples: SizeSample[]) => plan(...samples).rungs.map(({ auto }) => auto?.thorough);
    expect(thorough(sample(1080, 180), sample(720, 100), sample(480, 60))).toEqual([true]);
    expect(thorough(sample(1080, 4_500), sample(720, 2_200), sample(480, 1_000))).toEqual([
      false,
      true,
      false,
    ]);
    expect(thorough(sample(1080, 4_500))).toEqual([false]);
    const short = { ...frame, shareMeasured: 0.5 };
    const slides = [sample(1080, 180), sample(720, 100), sample(480, 60)];
    expect(planLadder(slides, short).rungs.map(({ auto }) => auto?.thorough)).toEqual([false]);
  });

  test('an encoder that aims at an average gets what is expected, below the cap', () => {
    const average = (kbps: number) => plan(sample(1080, kbps)).rungs[0]?.auto?.averageKbps;
    expect([0, 1_200, 90_000].map(average)).toEqual([50, 1_200, 3_500]);
  });
});

describe('the stretches that are measured', () => {
  test('lie all over a long video, and are at most 120 frames', () => {
    const stretches = chooseStretches(7_200_000, 25);
    expect(stretches).toHaveLength(6);
    expect(stretches[0]?.startFrame).toBe(14_990);
    expect(stretches.reduce((sum, { frames }) => sum + frames, 0)).toBe(120);
    expect(shareMeasured(7_200_000, 25)).toBeCloseTo(120 / 180_000);
    expect([shareMeasured(null, 25), shareMeasured(0, 25), shareMeasured(100, 25)]).toEqual([1, 1, 1]);
  });

  test.each([0, 1, 40, 700, 4_000, 60_000, null])('lie within a video of %s ms', (durationMs) => {
    const stretches = chooseStretches(durationMs, 25);
    expect(stretches.length).toBeGreaterThan(0);
    for (const { startFrame, frames } of stretches) {
      expect(startFrame).toBeGreaterThanOrEqual(0);
      expect(startFrame).toBeLessThanOrEqual(Math.max(0, ((durationMs ?? 0) / 1_000) * 25));
      expect(frames).toBeGreaterThan(0);
    }
  });
});

test('what ffmpeg writes is read, and what it did not write is nothing', () => {
  const text = '#software: Lavf\n0, 0, 0, 1, 900, 0x1\n1, 0, 0, 1, 400, 0x2\n0, 1, 1, 1, 30, 0x3, F=0x0\n';
  expect([...readPackets(text)]).toEqual([
    [0, [900, 30]],
    [1, [400]],
  ]);
  expect(readPackets('').size).toBe(0);
  expect(readLack('n:1 mse_avg:9 mse_y:0.43 mse_u:9\nn:2 mse_avg:9 mse_y:1.50 mse_u:9\n')).toBe(1.5);
  expect(readLack('')).toBe(Infinity);
});

test('each encoder takes what was planned, and without a plan what it always took', () => {
  const usual = { size: { width: 1920, height: 1080 }, frameRate: 25, keyFrames: 100, maxKbps: 5_000 };
  const planned = { ...usual, auto: { coarser: 2, thorough: true, averageKbps: 900 } };
  const names = ['preset', 'crf', 'b:v', 'cq'];
  const chosen = (options: Record<string, string | number>) =>
    names.flatMap((name) => (name in options ? [`${name} ${options[name]}`] : []));
  const encoders = [...softwareEncoders, hardwareEncoder('vaapi', 'h264'), hardwareEncoder('nvenc', 'h264')];
  expect(encoders.map((one) => [one.name, one.keepsQuality, chosen(one.options(usual, 2))])).toEqual([
    ['libx264', true, ['preset veryfast', 'crf 23']],
    ['libx265', true, ['preset veryfast', 'crf 26']],
    ['libsvtav1', true, ['preset 8', 'crf 35']],
    ['libaom-av1', true, ['crf 35', 'b:v 5000k']],
    ['librav1e', false, ['b:v 5000k']],
    ['h264_vaapi', false, ['b:v 3500k']],
    ['h264_nvenc', true, ['preset p4', 'b:v 3500k', 'cq 24']],
  ]);
  expect(encoders.map((one) => chosen(one.options(planned, 2)))).toEqual([
    ['preset faster', 'crf 26.5'],
    ['preset veryfast', 'crf 28'],
    ['preset 8', 'crf 38'],
    ['crf 38', 'b:v 5000k'],
    ['b:v 900k'],
    ['b:v 900k'],
    ['preset p4', 'b:v 900k', 'cq 26'],
  ]);
});
