import { decoderThreadBytes } from '#image';
import { expect, test } from 'vitest';
import { imageMemoryBytes, imageSlots } from './image-slots.js';

const gibibyte = 1024 ** 3;

test('a worker takes one image for each core', () => {
  expect(imageSlots({ cores: 8, memoryBytes: 16 * gibibyte })).toBe(8);
});

test('less when its memory does not reach', () => {
  expect(imageSlots({ cores: 8, memoryBytes: 2 * gibibyte })).toBe(3);
});

test('and none of which a decoder could take more than its share', () => {
  const slots = imageSlots({ cores: 64, memoryBytes: 4 * gibibyte });
  expect(slots * decoderThreadBytes).toBeLessThan(4 * gibibyte);
});

test('and never none', () => {
  expect(imageSlots({ cores: 2, memoryBytes: gibibyte / 4 })).toBe(1);
});

test('half a gibibyte leaves room for the photo of a phone, and not for everything', () => {
  const bytes = imageMemoryBytes({ cores: 1, memoryBytes: gibibyte / 2 });
  expect(bytes).toBeGreaterThan(12_000_000 * 18);
  expect(bytes).toBeLessThan(100_000_000 * 4);
});
