import { expect, it } from 'vitest';
import { findColors } from './dominant-colors.js';

/** A raster that holds each colour as often as it says. */
const raster = (...colors: [pixel: number[], times: number][]) =>
  Uint8Array.from(colors.flatMap(([pixel, times]) => Array.from({ length: times }, () => pixel).flat()));

const red = [250, 10, 10, 255];
const green = [10, 250, 10, 255];
const blue = [10, 10, 250, 255];

it('tells each colour with its share, the largest first', () => {
  expect(findColors(raster([green, 30], [red, 60], [blue, 10]))).toEqual({
    color: '#fa0a0a',
    colors: [
      { color: '#fa0a0a', share: 0.6 },
      { color: '#0afa0a', share: 0.3 },
      { color: '#0a0afa', share: 0.1 },
    ],
  });
});

it('takes together what looks alike, and leaves out details', () => {
  const { colors } = findColors(raster([[100, 100, 100, 255], 50], [[94, 94, 94, 255], 49], [red, 1]));
  expect(colors).toEqual([{ color: '#646464', share: 0.99 }]);
});

it('counts each pixel by its alpha', () => {
  expect(findColors(raster([red, 1], [[10, 250, 10, 60], 2])).color).toBe('#fa0a0a');
  expect(findColors(raster([red, 1], [[240, 0, 20, 255], 1])).color).toBe('#f5050f');
});

it('finds none where nothing is seen', () => {
  expect(findColors(raster([[9, 9, 9, 0], 20]))).toEqual({ color: '#ffffff', colors: [] });
  expect(findColors(new Uint8Array(0))).toEqual({ color: '#ffffff', colors: [] });
});

it('names six at most', () => {
  const many = Array.from({ length: 27 }, (_, index): [number[], number] => [
    [(index % 3) * 120, (Math.floor(index / 3) % 3) * 120, Math.floor(index / 9) * 120, 255],
    3,
  ]);
  expect(findColors(raster(...many)).colors).toHaveLength(6);
});
