import { firstIdOf, newId, newIdAfter } from '#runtime';
import { expect, test } from 'vitest';

test('ids are UUIDs of version 7, all different, in the order in which they were made', () => {
  const before = Date.now();
  const ids = Array.from({ length: 100_000 }, newId);
  expect(
    ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)),
  ).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual(ids);
  const [first = ''] = ids;
  expect(Number.parseInt(first.slice(0, 8) + first.slice(9, 13), 16)).toBeGreaterThanOrEqual(before);
});

test('an id after another is larger, however far the clock of that one is ahead', () => {
  const now = Date.now();
  for (const last of [firstIdOf(now - 60_000), newId(), firstIdOf(now + 60_000), firstIdOf(now + 10 ** 9)]) {
    const id = newIdAfter(last);
    expect(id > last).toBe(true);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
});

test('no id is older than 1970, so whoever asks for what came before gets an id that sorts before all', () => {
  for (const ms of [-1, -62_135_596_800_000, 0])
    expect(firstIdOf(ms)).toBe('00000000-0000-7000-8000-000000000000');
});
