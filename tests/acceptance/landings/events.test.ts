import { eventually, ossClient, type Stack, startStack, type UploadView } from '#testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { png } from '../fixtures/files.fixture.js';

const events = [
  'ObjectCreated:PutObject',
  'ObjectCreated:CopyObject',
  'ObjectCreated:CompleteMultipartUpload',
  'ObjectRemoved:DeleteObject',
];

let stack: Stack;
beforeAll(async () => {
  stack = await startStack('postgres', { EVENTS_ACCEPT: 'smq,eventbridge', WORKER_SWEEP_INTERVAL_MS: '500' });
});
afterAll(() => stack[Symbol.asyncDispose]());

/** Puts the only rule of the emulator in place: all keys below a prefix. */
async function sendEventsTo(rule: object, prefix: string): Promise<void> {
  const answer = await fetch(`${stack.emulator.url}/-/events/rules`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ events, prefix, ...rule }]),
  });
  expect(answer.status).toBe(200);
}

const uploadOf = (key: string, status: UploadView['status']) =>
  eventually(async () => {
    const path = `/v1/uploads?prefix=${encodeURIComponent(key)}&status=${status}`;
    return (await stack.get<{ items: UploadView[] }>(path)).items[0];
  });

test.each(['smq', 'eventbridge'])(
  'an object without a callback becomes ready by a push of %s alone, and deleted by another',
  async (target) => {
    const key = `${target}/a b+ä%20.png`;
    await sendEventsTo({ target, url: `${stack.api.url}/events/oss` }, `${target}/`);
    await ossClient(stack).put(key, await png(40, 30));
    const upload = await uploadOf(key, 'ready');
    expect(upload).toMatchObject({ objectKey: key, source: 'event' });
    await ossClient(stack).delete(key);
    expect(await uploadOf(key, 'deleted')).toMatchObject({
      id: upload.id,
      error: { code: 'object.removed' },
    });
  },
);

test.each(['XML', 'JSON'])('a push of SMQ in the format %s is taken', async (format) => {
  const key = `${format}/a.png`;
  await sendEventsTo({ target: 'smq', format, url: `${stack.api.url}/events/oss` }, `${format}/`);
  await ossClient(stack).put(key, await png(40, 30));
  expect(await uploadOf(key, 'ready')).toMatchObject({ objectKey: key, source: 'event' });
});

test('objects become ready by a queue alone, and the worker that waits at it ends in time', async () => {
  const worker = await stack.startWorker({
    EVENTS_QUEUE_URL: `${stack.emulator.url}/-/mns/queues/landings`,
  });
  await sendEventsTo({ target: 'queue', queue: 'landings' }, 'queue/');
  const tile = await png(40, 30);
  const keys = Array.from({ length: 20 }, (_, index) => `queue/${index + 10}.png`);
  for (const key of keys) await ossClient(stack).put(key, tile);
  for (const key of keys) expect(await uploadOf(key, 'ready')).toMatchObject({ source: 'event' });
  expect(await worker.end()).toBe(0);
});
