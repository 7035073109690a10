import { expect, test } from 'vitest';
import type { RgbPixels } from './opsin.js';
import { compareWith } from './ssimulacra2.js';

/** Odd sides: the last row and column of each half then count twice. */
const [width, height] = [203, 150];

/** Waves of several lengths in three colours, the same on every machine. */
const original = draw((x, y, channel) => {
  const wave = (length: number, share: number) =>
    share * ((((x * (channel + 1) + y * (3 - channel)) % length) / length) * 2 - 1);
  return 128 + wave(97, 60) + wave(31, 30) + wave(7, 12);
});

function draw(sample: (x: number, y: number, channel: number) => number): RgbPixels {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      for (let channel = 0; channel < 3; channel += 1)
        data[(y * width + x) * 3 + channel] = Math.max(0, Math.min(255, Math.floor(sample(x, y, channel))));
  return { data, width, height };
}

const at = (x: number, y: number, channel: number): number =>
  original.data[(Math.min(y, height - 1) * width + Math.min(x, width - 1)) * 3 + channel] ?? 0;

const versions = {
  same: original,
  coarse: draw((x, y, channel) => Math.floor(at(x, y, channel) / 16) * 16 + 8),
  fine: draw((x, y, channel) => Math.floor(at(x, y, channel) / 6) * 6 + 3),
  soft: draw(
    (x, y, channel) =>
      (at(x, y, channel) + at(x + 1, y, channel) + at(x, y + 1, channel) + at(x + 1, y + 1, channel)) / 4,
  ),
  grainy: draw((x, y, channel) => at(x, y, channel) + ((x * 7 + y * 13 + channel * 5) % 11) - 5),
  blocky: draw((x, y, channel) => at(x - (x % 8), y - (y % 8), channel)),
  reddish: draw((x, y, channel) => at(x, y, channel) + (channel === 0 ? 6 : 0)),
};

// By the crate ssimulacra2 0.5.1, an implementation by others.
test.each([
  ['same', 100],
  ['coarse', 78.849],
  ['fine', 93.59],
  ['soft', 15.378],
  ['grainy', 93.663],
  ['blocky', -318.793],
  ['reddish', 91.179],
] as const)('a %s version has the score of the reference', (name, score) => {
  expect(Math.abs(compareWith(original)(versions[name]) - score)).toBeLessThan(0.1);
});

test('the same comparison gives the same score to the last digit, in any order', () => {
  const compare = compareWith(original);
  const first = compare(versions.grainy);
  compare(versions.soft);
  expect(compare(versions.grainy)).toBe(first);
  expect(compareWith(original)(versions.grainy)).toBe(first);
});
