import { pause } from '#runtime';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { never } from '../fixtures/image.fixture.js';
import { WorkTime } from './work-time.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('counts the waits for image work, not the time between them', async () => {
  const time = new WorkTime(1_000, never);
  const first = time.wait(pause(600));
  await vi.advanceTimersByTimeAsync(600);
  await first;

  await vi.advanceTimersByTimeAsync(60_000);

  const second = time.wait(pause(300));
  await vi.advanceTimersByTimeAsync(300);
  await second;
  expect(time.leftSeconds).toBe(1);

  const third = time.wait(pause(200)).catch((thrown: unknown) => thrown);
  await vi.advanceTimersByTimeAsync(200);
  expect(await third).toMatchObject({ code: 'media.timed_out' });
});

it('gives back what the work gives, or its error', async () => {
  const time = new WorkTime(1_000, never);
  expect(await time.wait(Promise.resolve(7))).toBe(7);
  await expect(time.wait(Promise.reject(new Error('no')))).rejects.toThrow('no');
});

it('leaves no timer and no listener behind', async () => {
  const { signal } = new AbortController();
  const removed = vi.spyOn(signal, 'removeEventListener');
  await new WorkTime(1_000, signal).wait(Promise.resolve());
  expect(vi.getTimerCount()).toBe(0);
  expect(removed).toHaveBeenCalledOnce();
});
