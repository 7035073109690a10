import { beforeEach, afterEach, expect, test, vi } from 'vitest';
import { unprovenCallbacks } from '../callbacks/callback-metrics.js';
import { UnprovenLimit } from './unproven-limit.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

const limitOf = (perMinute: number) =>
  new UnprovenLimit(perMinute, 'callback.unproven_limited', unprovenCallbacks);
const refusal = expect.objectContaining({ code: 'callback.unproven_limited' });
function takeMany(limit: UnprovenLimit, count: number, keyUrl: string, isForeign = false): void {
  for (let index = 0; index < count; index += 1) limit.take(keyUrl, isForeign);
}

test('so many in a minute are taken and no more, and again in the next', () => {
  const limit = limitOf(500);
  takeMany(limit, 500, 'key');
  expect(() => limit.take('key', false)).toThrow(refusal);
  vi.setSystemTime(Date.now() + 60_000);
  takeMany(limit, 500, 'key');
});

test('what comes from other buckets has a hundredth of it, and takes nothing from the others', () => {
  const limit = limitOf(500);
  takeMany(limit, 5, 'key', true);
  expect(() => limit.take('key', true)).toThrow(refusal);
  takeMany(limit, 500, 'key');
});

test('who names ever new key URLs shares one count with those who do so too', () => {
  const limit = limitOf(100);
  takeMany(limit, 1, 'ours');
  for (let index = 1; index < 64; index += 1) limit.take(`key ${index}`, false);
  for (let index = 0; index < 100; index += 1) limit.take(`more ${index}`, false);
  expect(() => limit.take('one more', false)).toThrow(refusal);
  takeMany(limit, 99, 'ours');
});
