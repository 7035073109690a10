import { expect, test } from 'vitest';
import { simulateWorkers } from './simulate-workers.js';

test('workers share chunks, but not what nobody helps with', () => {
  expect([1, 2, 4, 8].map((workers) => simulateWorkers(10, [5, 5, 5, 5], workers))).toEqual([30, 20, 15, 15]);
});

test('the next chunk goes to whoever is free first', () => {
  expect(simulateWorkers(0, [9, 2, 3, 4], 2)).toBe(9);
  expect(simulateWorkers(0, [2, 3, 4, 9], 2)).toBe(12);
});
