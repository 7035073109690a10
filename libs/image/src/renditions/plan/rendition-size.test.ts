import { expect, it } from 'vitest';
import { spec } from '../../fixtures/image.fixture.js';
import { renditionScale, renditionSize } from './rendition-size.js';

const source = { width: 4000, height: 2667 };

it.each([
  [{ width: 640 }, 640, 427],
  [{ width: 640, height: 100 }, 150, 100],
  [{ width: 640, fit: 'cover' }, 640, 427],
  [{ width: 640, height: 640, fit: 'cover' }, 640, 640],
  [{ width: 5000, height: 1000, fit: 'cover' }, 4000, 1000],
  [{ width: 640, height: 640, fit: 'contain' }, 640, 640],
  [{ width: 9000 }, 4000, 2667],
] as const)('%o becomes %i × %i', (wanted, width, height) => {
  const shape = { ...spec('one', wanted), format: 'png' } as const;
  expect(renditionSize(source, shape)).toEqual({ width, height });
  expect(renditionScale(source, shape)).toBeLessThanOrEqual(1);
});

it('leaves one pixel at least', () => {
  expect(renditionSize({ width: 10_000, height: 1 }, { fit: 'inside', width: 320, format: 'png' })).toEqual({
    width: 320,
    height: 1,
  });
});
