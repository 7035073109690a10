import { describe, expect, test } from 'vitest';
import { mnsVersion, readQueueMessages, signMnsRequest, writeReceiptHandles, readMnsErrorCode } from '#oss';
import { credentials, useEmulator } from '../../fixtures/emulator.fixture.js';
import { eventsIn, putJson, setFaults, setRules, untilSettled } from '../../fixtures/events.fixture.js';
import { sendRaw, sendSigned } from '../../fixtures/requests.fixture.js';

const emulator = useEmulator({ eventWaitScale: 0.001 });

const put = (key: string) => sendSigned(emulator.url, { method: 'PUT', key, body: 'hello' });
const useQueue = (queue: string) =>
  setRules(emulator, { target: 'queue', queue, events: ['ObjectCreated:*'] });

interface QueueRequest {
  readonly method?: string;
  readonly body?: string;
  readonly now?: Date;
  readonly keys?: typeof credentials;
}

function sendMns(target: string, { method = 'GET', body, now, keys = credentials }: QueueRequest = {}) {
  const headers = {
    date: (now ?? new Date()).toUTCString(),
    'x-mns-version': mnsVersion,
    ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
  };
  const authorization = signMnsRequest({ method, target, headers }, keys);
  const request = { method, target, headers: { ...headers, authorization } };
  return sendRaw(emulator.url, { ...request, ...(body !== undefined && { body }) });
}
const pathOf = (queue: string) => `/-/mns/queues/${queue}/messages`;
async function receive(queue: string, waitS = 0) {
  const { status, text } = await sendMns(`${pathOf(queue)}?numOfMessages=16&waitseconds=${waitS}`);
  if (status === 404) return readMnsErrorCode(text);
  return readQueueMessages(text) ?? [];
}
/** The messages, when there must be some. */
async function take(queue: string, waitS = 0) {
  const messages = await receive(queue, waitS);
  if (typeof messages === 'string') throw new Error(messages);
  return messages;
}

describe('a queue', () => {
  test('hands out what a rule sent to it, once until it is deleted', async () => {
    await useQueue('once');
    const answer = await put('a');
    await put('b');
    await untilSettled(emulator);
    const messages = await take('once');
    expect(messages.map(({ dequeueCount }) => dequeueCount)).toEqual([1, 1]);
    const heard = messages.flatMap(({ body }) => eventsIn({ body: Buffer.from(body) }));
    expect(heard.map(({ objectKey }) => objectKey).toSorted()).toEqual(['a', 'b']);
    expect(heard.map(({ requestId }) => requestId)).toContain(answer.headers['x-oss-request-id']);
    expect(await receive('once')).toBe('MessageNotExist');
    const [first, second] = messages.map(({ receiptHandle }) => receiptHandle);
    const single = `${pathOf('once')}?ReceiptHandle=${first}`;
    expect((await sendMns(single, { method: 'DELETE' })).status).toBe(204);
    expect((await sendMns(single, { method: 'DELETE' })).status).toBe(404);
    const body = writeReceiptHandles([second ?? '', '999-1-0']);
    const batch = await sendMns(pathOf('once'), { method: 'DELETE', body });
    expect([batch.status, batch.text]).toEqual([404, expect.stringContaining('<ReceiptHandle>999-1-0<')]);
    expect(batch.text).not.toContain(`<ReceiptHandle>${second}<`);
  });

  test('wakes who waits for a message', async () => {
    await useQueue('wakes');
    const waiting = take('wakes', 30);
    await put('awaited');
    expect(eventsIn({ body: Buffer.from((await waiting)[0]?.body ?? '') })).toMatchObject([
      { objectKey: 'awaited' },
    ]);
  });

  test('answers when the time is over', async () => {
    await useQueue('slow');
    const startedAtMs = performance.now();
    expect(await receive('slow', 1)).toBe('MessageNotExist');
    expect(performance.now() - startedAtMs).toBeGreaterThan(950);
  });

  test('gives to one of those who wait', async () => {
    await useQueue('shared');
    const waiting = [receive('shared', 1), receive('shared', 1)];
    await put('one');
    const answers = await Promise.all(waiting);
    expect(answers.filter((answer) => answer === 'MessageNotExist')).toHaveLength(1);
  });

  test('keeps its messages over a restart, also without a rule', async () => {
    await useQueue('kept');
    await put('kept');
    await untilSettled(emulator);
    await emulator.restart();
    expect(await take('kept')).toHaveLength(1);
  });

  test('gets a changed message as the fault says', async () => {
    await useQueue('corrupt');
    await setFaults(emulator, { fault: 'event.corrupt' });
    await put('corrupt');
    await untilSettled(emulator);
    await setFaults(emulator);
    const [message] = await take('corrupt');
    expect(() => eventsIn({ body: Buffer.from(message?.body ?? '') })).toThrow(
      'the message is neither JSON nor XML nor base64',
    );
  });
});

describe('a request to a queue is refused', () => {
  const anyTarget = `${pathOf('refuses')}?numOfMessages=1&waitseconds=0`;
  const foreign = { ...credentials, accessKeyId: 'other' };
  const wrong = { ...credentials, accessKeySecret: 'other' };
  const anHourAgo = new Date(Date.now() - 3_600_000);
  const tooMany = `${pathOf('refuses')}?numOfMessages=17`;
  const tooLong = `${pathOf('refuses')}?numOfMessages=1&waitseconds=31`;
  test.each<[string, string, QueueRequest, [number, string]]>([
    ['with a foreign key', anyTarget, { keys: foreign }, [403, 'InvalidAccessKeyId']],
    ['with a wrong secret', anyTarget, { keys: wrong }, [403, 'SignatureDoesNotMatch']],
    ['of an hour ago', anyTarget, { now: anHourAgo }, [403, 'TimeExpired']],
    ['for no queue', `${pathOf('none-such')}?numOfMessages=1`, {}, [404, 'QueueNotExist']],
    ['for too many', tooMany, {}, [400, 'InvalidArgument']],
    ['that waits too long', tooLong, {}, [400, 'InvalidArgument']],
    ['that sends', pathOf('refuses'), { method: 'POST', body: '<Message/>' }, [405, 'MethodNotAllowed']],
    ['that deletes nothing', pathOf('refuses'), { method: 'DELETE', body: '<x/>' }, [400, 'MalformedXML']],
  ])('%s', async (_, target, request, refused) => {
    await useQueue('refuses');
    const answer = await sendMns(target, request);
    expect([answer.status, readMnsErrorCode(answer.text)]).toEqual(refused);
  });

  test('without a signature', async () => {
    const answer = await sendRaw(emulator.url, { target: anyTarget });
    expect([answer.status, readMnsErrorCode(answer.text)]).toEqual([403, 'InvalidAccessKeyId']);
  });
});

test('a form of a foreign page changes no rules', async () => {
  const refused = await sendRaw(emulator.url, {
    method: 'PUT',
    target: '/-/events/rules',
    headers: { 'content-type': 'text/plain', 'content-length': '2' },
    body: '[]',
  });
  expect(refused.status).toBe(415);
  expect((await putJson(emulator, '/-/events/rules', [])).status).toBe(200);
});
