import { describe, expect, test } from 'vitest';
import { checkSmqPush } from '#oss';
import { encodeCallback, useReceiver } from '../fixtures/callback-receiver.fixture.js';
import { useEmulator } from '../fixtures/emulator.fixture.js';
import { eventsIn, listEvents, setFaults, setRules, untilSettled } from '../fixtures/events.fixture.js';
import { sendSigned } from '../fixtures/requests.fixture.js';

const emulator = useEmulator({ callbackTimeoutMs: 3_000, eventWaitScale: 0.001 });
const receiver = useReceiver();

const put = (key: string, headers: Record<string, string> = {}) =>
  sendSigned(emulator.url, { method: 'PUT', key, body: 'hello', headers });
const keys = () => receiver.calls.flatMap(eventsIn).map(({ objectKey }) => objectKey);
async function setUp(...faults: unknown[]): Promise<void> {
  await setRules(emulator, { target: 'smq', url: receiver.url, events: ['ObjectCreated:*'] });
  await setFaults(emulator, ...faults);
}

describe('an event', () => {
  test('is dropped, and the journal says so', async () => {
    await setUp({ fault: 'event.drop', every: 3 });
    for (let at = 1; at <= 6; at += 1) await put(`dropped/${at}`);
    await untilSettled(emulator);
    expect(keys().toSorted()).toEqual(['dropped/1', 'dropped/2', 'dropped/4', 'dropped/5']);
    const [newest] = await listEvents(emulator, '?limit=1');
    expect(newest).toMatchObject({
      objectKey: 'dropped/6',
      state: 'dropped',
      faults: ['event.drop'],
      attemptCount: 0,
      attempts: [],
      nextAttemptAt: null,
    });
  });

  test('is dropped by chance, each time the same', async () => {
    const draw = async () => {
      await setUp({ fault: 'event.drop', share: 0.5 });
      for (let at = 0; at < 20; at += 1) await put(`drawn/${at}`);
      await untilSettled(emulator);
      return (await listEvents(emulator, '?limit=20')).map(({ state }) => state);
    };
    const first = await draw();
    expect(new Set(first)).toEqual(new Set(['dropped', 'delivered']));
    expect(await draw()).toEqual(first);
  });

  test('is sent later, and others are not', async () => {
    await setUp({ fault: 'event.delay', delayMs: 400, keys: 'late' });
    const changedAt = Date.now();
    await put('late');
    await put('early');
    await receiver.until(2);
    await untilSettled(emulator);
    const [late] = await listEvents(emulator, '?key=late');
    expect(Date.parse(late?.attempts[0]?.startedAt ?? '')).toBeGreaterThanOrEqual(changedAt + 400);
    const [early] = await listEvents(emulator, '?key=early');
    expect(early).toMatchObject({ faults: [], state: 'delivered' });
  });

  test('is sent twice at the same moment', async () => {
    await setUp({ fault: 'event.duplicate' });
    receiver.answer = (response) => {
      // Neither is answered before both are there.
      waiting.push(response);
      if (waiting.length === 2) for (const one of waiting) one.writeHead(204).end();
    };
    const waiting: Parameters<typeof receiver.answer>[0][] = [];
    await put('twice');
    await untilSettled(emulator);
    expect(keys()).toEqual(['twice', 'twice']);
    expect(new Set(receiver.calls.map(({ headers }) => headers['x-mns-message-id'])).size).toBe(1);
    const [entry] = await listEvents(emulator, '?key=twice');
    expect(entry).toMatchObject({ state: 'delivered', attemptCount: 1, faults: ['event.duplicate'] });
    expect(entry?.attempts).toHaveLength(2);
  });

  test('is overtaken by another one, but does not wait for ever', async () => {
    await setUp({ fault: 'event.reorder', delayMs: 60_000, keys: 'held' });
    await put('held');
    await put('next');
    await receiver.until(2);
    expect(keys()).toEqual(['next', 'held']);
    await setUp({ fault: 'event.reorder', delayMs: 50, keys: 'alone' });
    await put('alone');
    await receiver.until(3);
    expect(keys()).toEqual(['next', 'held', 'alone']);
  });

  test('changes places with the next one, if all are held', async () => {
    await setUp({ fault: 'event.reorder', delayMs: 60_000 });
    for (const key of ['1', '2']) await put(key);
    await receiver.until(2);
    for (const key of ['3', '4']) await put(key);
    await receiver.until(4);
    expect(keys()).toEqual(['2', '1', '4', '3']);
  });

  test('is changed after it was signed, and whole when it is sent again', async () => {
    await setUp({ fault: 'event.corrupt' });
    receiver.answer = (response) => response.writeHead(receiver.calls.length === 1 ? 403 : 204).end();
    await put('corrupt');
    await receiver.until(2);
    const check = (at: number) => {
      const { headers, body } = receiver.calls[at] ?? { headers: {}, body: Buffer.alloc(0) };
      checkSmqPush(headers as Record<string, string>, body, new Date());
    };
    expect(() => check(0)).toThrow('content-md5 does not match the body');
    check(1);
  });
});

describe('a callback', () => {
  const bodies = () => receiver.calls.map(({ body }) => body.toString());

  test('is overtaken by another one, but does not wait for ever', async () => {
    await setRules(emulator);
    const value = encodeCallback({ callbackUrl: receiver.url, callbackBody: 'key=${object}' });
    const headers = { 'x-oss-callback': value };
    await setFaults(emulator, { fault: 'callback.reorder', delayMs: 2_500, every: 2 });
    await put('first', headers);
    const held = put('second', headers);
    // The rule counts it before the third one comes.
    await expect.poll(async () => (await faultCounts())[0]?.applied).toBe(1);
    expect((await put('third', headers)).status).toBe(200);
    expect((await held).status).toBe(200);
    expect(bodies()).toEqual(['key=first', 'key=third', 'key=second']);
    await setFaults(emulator, { fault: 'callback.reorder', delayMs: 20 });
    expect((await put('alone', headers)).status).toBe(200);
    expect(bodies().at(-1)).toBe('key=alone');
  });

  async function faultCounts() {
    const answer = await fetch(`${emulator.url}/-/faults`);
    return ((await answer.json()) as { counts: { applied: number }[] }).counts;
  }
});
