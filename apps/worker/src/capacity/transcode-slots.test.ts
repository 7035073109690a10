import { expect, test } from 'vitest';
import { shareOf, transcodeSlots } from './transcode-slots.js';

const gibibyte = 1024 ** 3;

test.each([
  [1, 1, 1],
  [2, 24, 1],
  [8, 16, 1],
  [16, 64, 2],
  [64, 256, 8],
  [64, 4, 1],
  [64, 0.25, 1],
])('of %s cores and %s GiB, %s transcodes at once', (cores, gibibytes, slots) => {
  expect(transcodeSlots({ cores, memoryBytes: gibibytes * gibibyte })).toBe(slots);
});

test('they share the cores, and have one at least', () => {
  const capacity = { cores: 16, memoryBytes: 64 * gibibyte };
  expect(shareOf(capacity, 2).cores).toBe(8);
  expect(shareOf({ ...capacity, cores: 2 }, 4).cores).toBe(1);
});

test('each has the address space of its share of the memory, within bounds', () => {
  const address = (gibibytes: number, slots = 1) =>
    shareOf({ cores: 8, memoryBytes: gibibytes * gibibyte }, slots).addressBytes / gibibyte;
  expect(address(64)).toBe(8);
  expect(address(0.5)).toBe(2);
  expect(address(2.5)).toBe(5);
  expect(address(2.5, 2)).toBe(2.5);
});
