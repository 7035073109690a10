import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { settleAll } from './settle-all.js';

test('gives what each work gives, in their order', async () => {
  expect(await settleAll([setImmediate('one'), 2, Promise.resolve('three')])).toEqual(['one', 2, 'three']);
});

test('tells a failure only when nothing is under way any more', async () => {
  const seen: string[] = [];
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const works = [Promise.reject(new Error('failed')), held.then(() => seen.push('done'))];
  const all = settleAll(works).catch((error: unknown) => seen.push(String(error)));
  for (let turn = 0; turn < 10; turn++) await setImmediate();
  release();
  await all;
  expect(seen).toEqual(['done', 'Error: failed']);
});
