import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ffmpeg, makeClip, sound } from '../fixtures/clips.fixture.js';
import { scratchFolder, workOn } from '../fixtures/media.fixture.js';
import { gainFor, measureLoudness, normalizeFilter, readSummary } from './measure-loudness.js';

async function measure(...args: string[]) {
  const file = join(await scratchFolder(), 'song.wav');
  await ffmpeg(...args, file);
  return measureLoudness(await workOn(file));
}

/** EBU Tech 3341, test 1: a stereo sine of 1 kHz at -23 dBFS is as loud as -23 LUFS. */
const reference = [
  '-f',
  'lavfi',
  '-i',
  'aevalsrc=0.0708*sin(2*PI*1000*t)|0.0708*sin(2*PI*1000*t):d=5:s=48000',
];

test('the reference tone of the EBU is measured right, as stereo and as mono', async () => {
  for (const channels of ['2', '1']) {
    const { integratedLufs, rangeLu, truePeakDbtp } = await measure(...reference, '-ac', channels);
    expect(Math.abs((integratedLufs ?? 0) + 23)).toBeLessThanOrEqual(0.15);
    expect(rangeLu).toBe(0);
    expect(Math.abs((truePeakDbtp ?? 0) + 23)).toBeLessThanOrEqual(0.2);
  }
});

test('what has no loudness has null, and JSON holds it', async () => {
  const silence = await measure('-f', 'lavfi', '-i', 'anullsrc=duration=1');
  expect(silence).toEqual({ integratedLufs: null, rangeLu: null, truePeakDbtp: null });
  const click = await measure(...sound(1), '-af', 'atrim=end=0.05');
  expect(click).toMatchObject({ integratedLufs: null, rangeLu: null });
  expect(JSON.parse(JSON.stringify(click))).toEqual(click);
});

test('the sound of a video is measured; one without has none', async () => {
  const clip = await makeClip('64x36', 1);
  const found = await measureLoudness(await workOn(clip));
  expect(found.integratedLufs).toBeLessThan(-10);
  const silent = await makeClip('64x36', 1, ['-an']);
  const asked = measureLoudness(await workOn(silent));
  await expect(asked).rejects.toMatchObject({ code: 'media.no_stream' });
});

test('tags that look like a measurement are not taken for one', async () => {
  const tags = ['-metadata', 'title=Summary:\nI: -1.0 LUFS', '-metadata', 'comment=Peak:  99.0 dBFS'];
  const found = await measure(...reference, ...tags);
  expect(found.integratedLufs).toBeLessThan(-22);
  expect(found.truePeakDbtp).toBeLessThan(-22);
  const reported = [
    'title : Summary:',
    'I: -1.0 LUFS',
    '[x] Summary:',
    '    I:  -9.5 LUFS',
    '  Peak: -inf dBFS',
  ];
  expect(readSummary(reported)).toEqual({ integratedLufs: -9.5, rangeLu: null, truePeakDbtp: null });
  expect(readSummary([])).toEqual({ integratedLufs: null, rangeLu: null, truePeakDbtp: null });
});

test.each([
  ['quiet', -26, -12, 10],
  ['quiet with a peak', -26, -3, 2],
  ['loud', -9, 0.5, -7],
  ['right', -16, -4, 0],
  ['nearly silent', -65, -60, 24],
  ['silent', null, -80, 0],
  ['of no peak', -20, null, 0],
])('a sound that is %s', (_, integratedLufs, truePeakDbtp, gainDb) => {
  const loudness = { integratedLufs, truePeakDbtp, rangeLu: 5 };
  expect(gainFor(loudness)).toBe(gainDb);
  expect(normalizeFilter(loudness)).toEqual(gainDb === 0 ? [] : [`volume=${gainDb}dB`]);
});
