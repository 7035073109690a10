import { expect, test } from 'vitest';
import { focalPointOf } from './focal-point.js';

test.each([
  ['0', '1', { x: 0, y: 1 }],
  ['0.25', '.75', { x: 0.25, y: 0.75 }],
  ['1.0', '0.0', { x: 1, y: 0 }],
])('%s, %s is a point', (focus_x, focus_y, point) => {
  expect(focalPointOf({ focus_x, focus_y, other: 'x' })).toEqual(point);
});

test.each([
  '',
  ' ',
  '-0.1',
  '1.1',
  '2',
  'NaN',
  'Infinity',
  '1e-1',
  '0,5',
  '50%',
  '0x1',
  '1.0000001',
  `0.${'1'.repeat(999)}`,
])('%j is no share', (text) => {
  expect(focalPointOf({ focus_x: text, focus_y: '0.5' })).toBeNull();
  expect(focalPointOf({ focus_x: '0.5', focus_y: text })).toBeNull();
});

test('one of the two is not enough', () => {
  expect(focalPointOf({ focus_x: '0.5' })).toBeNull();
  expect(focalPointOf({})).toBeNull();
});
