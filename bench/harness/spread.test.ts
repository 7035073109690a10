import { expect, test } from 'vitest';
import { ratioOf, showSpread, spreadOf } from './spread.js';

test('the median of an odd and of an even number of rounds', () => {
  expect(spreadOf([30, 10, 20])).toEqual({ median: 20, min: 10, max: 30 });
  expect(spreadOf([40, 10, 20, 30])).toEqual({ median: 25, min: 10, max: 40 });
  expect(spreadOf([7])).toEqual({ median: 7, min: 7, max: 7 });
});

test('ratios are taken round by round', () => {
  // The machine was half as fast in the second round, for both.
  expect(ratioOf([90, 45], [100, 50])).toEqual({ median: 0.9, min: 0.9, max: 0.9 });
});

test('rounds that do not match, or none, are refused', () => {
  expect(() => ratioOf([1, 2], [1])).toThrow('2 rounds against 1');
  expect(() => spreadOf([])).toThrow('nothing');
});

test('a spread is shown with its digits', () => {
  expect(showSpread({ median: 15_432, min: 14_000.4, max: 16_000 }, 0)).toBe('15,432 (14,000–16,000)');
});
