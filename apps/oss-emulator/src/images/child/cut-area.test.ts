import { describe, expect, test } from 'vitest';
import { circleArea, cropArea, sliceArea } from './cut-area.js';
import type { CropStep } from './image-task.js';

const source = { width: 200, height: 100 };
const crop = (given: Partial<CropStep>) =>
  cropArea({ action: 'crop', x: 0, y: 0, width: 40, height: 20, gravity: 'nw', ...given }, source);

describe('the area of a crop', () => {
  test.each([
    ['nw', 0, 0],
    ['north', 80, 0],
    ['ne', 160, 0],
    ['west', 0, 40],
    ['center', 80, 40],
    ['east', 160, 40],
    ['sw', 0, 80],
    ['south', 80, 80],
    ['se', 160, 80],
  ] as const)('at %s', (gravity, left, top) => {
    expect(crop({ gravity })).toEqual({ left, top, width: 40, height: 20 });
  });

  test('ends at the edges', () => {
    expect(crop({ x: 180, y: 90 })).toEqual({ left: 180, top: 90, width: 20, height: 10 });
    expect(crop({ x: 10, y: 20, width: 0, height: 0 })).toEqual({
      left: 10,
      top: 20,
      width: 190,
      height: 80,
    });
    expect(crop({ width: 900, height: 900 })).toEqual({ left: 0, top: 0, ...source });
  });

  test.each([{ x: 200 }, { y: 100 }])('is not outside the image: %o', (given) => {
    expect(() => crop(given)).toThrow('cutIsOutside');
  });
});

test('a slice is one of equal parts, the last of which may be shorter; none is all of the image', () => {
  expect(sliceArea('x', 80, 1, source)).toEqual({ left: 80, top: 0, width: 80, height: 100 });
  expect(sliceArea('x', 80, 2, source)).toEqual({ left: 160, top: 0, width: 40, height: 100 });
  expect(sliceArea('y', 30, 3, source)).toEqual({ left: 0, top: 90, width: 200, height: 10 });
  expect(sliceArea('y', 50, 2, source)).toEqual({ left: 0, top: 0, ...source });
});

test('a circle has an odd diameter, and fits the image', () => {
  expect(circleArea(10, source)).toEqual({ left: 89, top: 39, width: 21, height: 21 });
  expect(circleArea(4_096, source)).toEqual({ left: 50, top: 0, width: 99, height: 99 });
});
