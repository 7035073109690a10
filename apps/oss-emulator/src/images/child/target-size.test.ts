import { describe, expect, test } from 'vitest';
import type { ResizeStep } from './image-task.js';
import { targetSize } from './target-size.js';

const step = (given: Partial<ResizeStep>): ResizeStep => ({
  action: 'resize',
  mode: 'lfit',
  width: undefined,
  height: undefined,
  longSide: undefined,
  shortSide: undefined,
  percent: undefined,
  mayEnlarge: false,
  padColor: 'FFFFFF',
  ...given,
});
const resized = (given: Partial<ResizeStep>, width = 200, height = 100) => {
  const target = targetSize(step(given), { width, height });
  return target && `${target.width}x${target.height}`;
};

describe('the size of a resized image', () => {
  // The examples of OSS's documentation: 200 × 100 into 150 × 80.
  test.each([
    ['lfit', '150x75'],
    ['mfit', '160x80'],
    ['fill', '150x80'],
    ['pad', '150x80'],
    ['fixed', '150x80'],
  ] as const)('in mode %s', (mode, size) => {
    expect(resized({ mode, width: 150, height: 80 })).toBe(size);
  });

  test.each([
    ['a width', { width: 100 }, '100x50'],
    ['a height', { height: 25 }, '50x25'],
    ['a long side', { longSide: 100 }, '100x50'],
    ['a short side', { shortSide: 50 }, '100x50'],
    ['both sides', { longSide: 60, shortSide: 40 }, '60x30'],
    ['a width, which counts more than a long side', { width: 20, longSide: 100 }, '20x10'],
    ['a percentage', { percent: 50 }, '100x50'],
    ['a percentage that enlarges', { percent: 150 }, '300x150'],
    ['a half, rounded up', { width: 101 }, '101x51'],
    ['less than a pixel', { width: 1 }, '1x1'],
    ['a square in a mode with a fixed size', { mode: 'fill', width: 60 }, '60x60'],
    ['another such square', { mode: 'pad', height: 60 }, '60x60'],
  ] as const)('by %s', (_, given, size) => {
    expect(resized(given)).toBe(size);
  });

  test('by the sides of a portrait', () => {
    expect(resized({ longSide: 100 }, 100, 200)).toBe('50x100');
    expect(resized({ shortSide: 50 }, 100, 200)).toBe('50x100');
  });

  test.each(['lfit', 'mfit', 'fill', 'pad', 'fixed'] as const)(
    'is not larger in mode %s without limit_0',
    (mode) => {
      const given = { mode, width: 400, height: 300 } as const;
      expect(resized(given)).toBeUndefined();
      expect(resized({ ...given, mayEnlarge: true })).toBeDefined();
    },
  );

  test.each([
    ['width', { width: 16_385, height: 1 }],
    ['height', { width: 1, height: 16_385 }],
    ['area', { width: 4_097, height: 4_096 }],
  ] as const)('has a largest %s', (_, given) => {
    const enlarged = { mode: 'fixed', mayEnlarge: true } as const;
    expect(() => resized({ ...enlarged, ...given })).toThrow('targetIsTooLarge');
    expect(resized({ ...enlarged, width: 4_096, height: 4_096 })).toBe('4096x4096');
  });
});
