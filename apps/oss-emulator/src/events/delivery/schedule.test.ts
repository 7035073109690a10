import { expect, test } from 'vitest';
import { readEventRules } from '../model/event-rules.js';
import { retryWaitMs } from './retry-waits.js';
import { Schedule } from './schedule.js';

test('a schedule gives what is due, earliest first, and first come first served', () => {
  const schedule = new Schedule<{ dueAtMs: number; at: number }>();
  // Every time comes up three times, in an order without a pattern.
  const items = Array.from({ length: 3_000 }, (_, at) => ({ dueAtMs: (at * 7_919) % 1_000, at }));
  for (const item of items.slice(0, 2_000)) schedule.add(item);
  const taken = Array.from({ length: 1_200 }, () => schedule.take(10_000));
  for (const item of items.slice(2_000)) schedule.add(item);
  expect(schedule.length).toBe(1_800);
  const byTime = (some: typeof items) => some.toSorted((left, right) => left.dueAtMs - right.dueAtMs);
  expect(taken).toEqual(byTime(items.slice(0, 2_000)).slice(0, 1_200));
  const rest = Array.from({ length: 1_800 }, () => schedule.take(10_000));
  const left = byTime(items.slice(0, 2_000)).slice(1_200);
  expect(rest).toEqual(byTime([...left, ...items.slice(2_000)]));
  expect(schedule.nextAtMs).toBeUndefined();
  schedule.add({ dueAtMs: 7, at: 0 });
  expect([schedule.take(6), schedule.nextAtMs, schedule.take(7)?.dueAtMs]).toEqual([undefined, 7, 7]);
});

test('pushes are tried again as the subscription says', () => {
  const waits = (retry: string) => {
    const read = readEventRules([{ target: 'smq', url: 'http://a', events: ['ObjectCreated:*'], retry }]);
    const [rule] = 'rules' in read ? read.rules : [];
    if (!rule) throw new Error('no rule');
    const all = Array.from({ length: 200 }, (_, at) => retryWaitMs(rule, at + 1));
    return all.filter((wait) => wait !== undefined);
  };
  expect(waits('BACKOFF_RETRY')).toEqual([10_000, 15_000, 20_000]);
  const decay = waits('EXPONENTIAL_DECAY_RETRY');
  expect(decay).toHaveLength(176);
  expect(decay.slice(0, 11)).toEqual(
    [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 512].map((seconds) => seconds * 1_000),
  );
  const dayMs = 86_400_000;
  const sum = decay.reduce((all, wait) => all + wait, 0);
  expect(sum).toBeLessThan(dayMs);
  expect(sum).toBeGreaterThan(dayMs - 512_000);
});
