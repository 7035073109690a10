import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Store } from '../../store/store.js';
import { QueueMessages } from './queue-messages.js';

let dataDir: string;
let store: Store;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'oss-emulator-'));
  store = await Store.open(dataDir, false);
});
afterAll(async () => {
  await store.close();
  await rm(dataDir, { recursive: true, force: true });
});

const hour = 3_600_000;

test('a message that nobody deletes comes back after thirty seconds, with another receipt', async () => {
  let now = Date.now();
  const queues = new QueueMessages(store.records('back'), () => now);
  await queues.send('q', 'ID', 'body');
  const first = await queues.receive('q', 16);
  expect(first.messages).toMatchObject([{ id: 'ID', body: 'body', dequeueCount: 1 }]);
  now += 29_999;
  expect(await queues.receive('q', 16)).toEqual({ messages: [], nextAtMs: now + 1 });
  now += 1;
  const [old] = first.messages.map(({ receiptHandle }) => receiptHandle);
  expect(await queues.delete('q', [old ?? ''])).toEqual([old]);
  const { messages } = await queues.receive('q', 16);
  expect(messages).toMatchObject([{ id: 'ID', dequeueCount: 2 }]);
  expect(await queues.delete('q', [old ?? ''])).toEqual([old]);
  expect(await queues.delete('q', [messages[0]?.receiptHandle ?? ''])).toEqual([]);
  expect(queues.has('q')).toBe(false);
});

test('the oldest come first, of their own queue, and none that is older than four days', async () => {
  let now = Date.now();
  const queues = new QueueMessages(store.records('order'), () => now);
  await queues.send('q', 'old', '');
  now += 97 * hour;
  for (const id of ['1', '2', '3']) await queues.send('q', id, '');
  await queues.send('q-other', 'other', '');
  const idsOf = async (limit: number) => (await queues.receive('q', limit)).messages.map(({ id }) => id);
  expect(await idsOf(2)).toEqual(['1', '2']);
  expect(await idsOf(2)).toEqual(['3']);
  // Numbers go on after a restart.
  const again = new QueueMessages(store.records('order'), () => now + hour);
  await again.send('q', '4', '');
  expect((await again.receive('q', 16)).messages.map(({ id }) => id)).toEqual(['1', '2', '3', '4']);
});
