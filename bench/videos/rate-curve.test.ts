import { expect, test } from 'vitest';
import { meanOfRatios, rateAt } from './rate-curve.js';

const curve = [
  { kbps: 1_000, ssim: 0.9 },
  { kbps: 4_000, ssim: 0.99 },
];

test.each([
  ['at a point', 0.9, 1_000],
  ['half way in decibels', 1 - 10 ** -1.5, 2_000],
  ['beyond the end', 0.999, 16_000],
  ['below the beginning', 0, 250],
])('the bitrate of a quality: %s', (...[, ssim, kbps]) => {
  expect(rateAt(curve, { kbps: 0, ssim })).toBeCloseTo(kbps, 3);
});

test('a point that takes more for less is passed over', () => {
  const worse = { kbps: 2_000, ssim: 0.5 };
  expect(rateAt([...curve, worse], { kbps: 0, ssim: 0.99 })).toBeCloseTo(4_000, 3);
  expect(() => rateAt([worse], worse)).toThrow('two points');
});

test('half and double are as much as the same', () => {
  expect(meanOfRatios([0.5, 2])).toBeCloseTo(1, 9);
});
