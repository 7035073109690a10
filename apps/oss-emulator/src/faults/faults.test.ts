import type { ServerResponse } from 'node:http';
import { readCallbackBody, signPolicyV4 } from '#oss';
import { describe, expect, test } from 'vitest';
import type { JournalEntry } from '../callbacks/journal.js';
import { answerJson, encodeCallback, useReceiver } from '../fixtures/callback-receiver.fixture.js';
import { elementOf, sendForm, sendRaw, sendSigned } from '../fixtures/requests.fixture.js';
import { bucket, credentials, region, useEmulator } from '../fixtures/emulator.fixture.js';
import { Faults } from './faults.js';
import { matchesPattern } from './key-pattern.js';

const emulator = useEmulator({
  callbackTimeoutMs: 2_000,
  faults: { seed: 1, rules: [{ fault: 'request.refuse', keys: 'from the start', status: 500 }] },
});
const receiver = useReceiver();

async function setFaults(...rules: unknown[]): Promise<void> {
  const { status, text } = await putFaults(JSON.stringify({ rules }));
  expect([status, text]).toEqual([200, expect.stringContaining('"counts"')]);
}
const putFaults = (body: string, headers: Record<string, string> = {}) =>
  sendRaw(emulator.url, {
    method: 'PUT',
    target: '/-/faults',
    headers: {
      'content-type': 'application/json',
      'content-length': `${Buffer.byteLength(body)}`,
      ...headers,
    },
    body,
  });
async function report() {
  const { text } = await sendRaw(emulator.url, { target: '/-/faults' });
  return JSON.parse(text) as ReturnType<Faults['report']>;
}
const put = (key: string, more: Record<string, unknown> = {}) =>
  sendSigned(emulator.url, {
    method: 'PUT',
    key,
    body: 'hello',
    headers: {
      'x-oss-callback': encodeCallback({
        callbackUrl: receiver.url,
        callbackBody: 'bucket=${bucket}&object=${object}',
        ...more,
      }),
    },
  });
async function journal(): Promise<JournalEntry[]> {
  const { text } = await sendRaw(emulator.url, { target: '/-/callbacks?limit=2' });
  return (JSON.parse(text) as { items: JournalEntry[] }).items;
}
const get = (key: string) => sendSigned(emulator.url, { key });

describe('a request', () => {
  test('fails from the start on as the settings say', async () => {
    const answer = await get('from the start');
    expect([answer.status, elementOf(answer.text, 'Code')]).toEqual([500, 'ServiceUnavailable']);
  });

  test('is refused with a code, and nothing is stored', async () => {
    await setFaults({ fault: 'request.refuse', operation: 'PutObject', status: 403, code: 'AccessDenied' });
    const refused = await put('refused');
    expect([refused.status, elementOf(refused.text, 'Code')]).toEqual([403, 'AccessDenied']);
    expect((await get('refused')).status).toBe(404);
    expect(receiver.calls).toEqual([]);
  });

  test('waits, and others need not wait for it', async () => {
    await setFaults({ fault: 'request.delay', operation: 'ListObjects', delayMs: 1 });
    expect((await sendSigned(emulator.url, {})).status).toBe(200);
    await setFaults({ fault: 'request.delay', operation: 'GetObject', delayMs: 600_000 });
    const waiting = get('late');
    expect((await sendSigned(emulator.url, {})).status).toBe(200);
    const restarting = emulator.restart();
    await expect(waiting).rejects.toMatchObject({ code: 'ECONNRESET' });
    await restarting;
  });

  test('is reset, and nothing is stored', async () => {
    await setFaults({ fault: 'request.reset', operation: 'PutObject' });
    await expect(put('reset')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await get('reset')).status).toBe(404);
  });

  test('is carried out, and its answer is lost', async () => {
    await setFaults({ fault: 'request.loseAnswer', operation: 'PutObject', every: 2 });
    expect((await put('kept 1')).status).toBe(200);
    await expect(put('kept 2')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await get('kept 2')).text).toBe('hello');
    expect(receiver.calls).toHaveLength(2);
    await setFaults({ fault: 'request.loseAnswer', operation: 'GetObject' });
    await expect(get('kept 2')).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  test.each([
    ['an object', 'big', 'GetObject'],
    ['a listing', '', 'ListObjects'],
  ])('for %s gets half an answer', async (_, key, operation) => {
    await setFaults();
    await sendSigned(emulator.url, { method: 'PUT', key: 'big', body: 'x'.repeat(3_000_000) });
    await setFaults({ fault: 'request.truncate', operation });
    await expect(get(key)).rejects.toMatchObject({ code: 'ECONNRESET' });
    await setFaults();
    expect((await get(key)).status).toBe(200);
  });

  test('by form is known by its key', async () => {
    await setFaults({ fault: 'request.refuse', operation: 'PostObject', keys: 'forms/*' });
    const fields = signPolicyV4({
      ...credentials,
      bucket,
      region,
      expiresAt: new Date(Date.now() + 60_000),
      conditions: [['starts-with', '$key', '']],
    });
    const post = (key: string) => sendForm(emulator.url, Object.entries({ ...fields, key }));
    expect((await post('forms/a')).status).toBe(503);
    expect((await post('other/a')).status).toBe(204);
  });
});

describe('a callback', () => {
  test('is dropped: the uploader gets 203, the object stays, and the application hears nothing', async () => {
    await setFaults({ fault: 'callback.drop', every: 3 });
    const statuses = [];
    for (let upload = 0; upload < 9; upload += 1) statuses.push((await put(`dropped/${upload}`)).status);
    expect(statuses).toEqual([200, 200, 203, 200, 200, 203, 200, 200, 203]);
    const received = receiver.calls.map(({ headers, body }) =>
      readCallbackBody(headers['content-type'], body),
    );
    expect(received.map(({ objectKey }) => objectKey.slice(-1)).join('')).toBe('013467');
    expect((await get('dropped/8')).text).toBe('hello');
    const [entry] = await journal();
    expect(entry).toMatchObject({
      objectKey: 'dropped/8',
      faults: ['callback.drop'],
      answer: null,
      failure: expect.stringContaining('OSS can not connect to your callbackUrl'),
      uploaderGot: { status: 203 },
    });
    expect(await report()).toMatchObject({
      counts: [{ matched: 9, applied: 3 }],
      recent: [{ fault: 'callback.drop', objectKey: 'dropped/8' }, {}, {}],
    });
  });

  test('is sent late, or never when that is too late', async () => {
    await setFaults(
      { fault: 'callback.delay', delayMs: 300, keys: 'late' },
      { fault: 'callback.delay', delayMs: 60_000, keys: 'never' },
    );
    expect((await put('late')).status).toBe(200);
    const [late] = await journal();
    expect(late?.durationMs).toBeGreaterThan(295);
    const never = await put('never');
    expect([never.status, elementOf(never.text, 'Message')]).toEqual([
      203,
      expect.stringContaining('reply timeout'),
    ]);
    expect(receiver.calls).toHaveLength(1);
  });

  test('is sent twice', async () => {
    await setFaults({ fault: 'callback.duplicate' });
    // Both are there before one is answered.
    const waiting: ServerResponse[] = [];
    receiver.answer = (response) => {
      waiting.push(response);
      if (waiting.length === 2) for (const one of waiting) answerJson(one);
    };
    expect((await put('twice')).status).toBe(200);
    const [first, second] = receiver.calls;
    expect(second).toEqual(first);
    expect((await journal()).map(({ objectKey, faults }) => [objectKey, faults])).toEqual([
      ['twice', ['callback.duplicate']],
      ['twice', ['callback.duplicate']],
    ]);
  });

  test('is changed after it was signed', async () => {
    await setFaults({ fault: 'callback.corrupt' });
    await put('corrupt');
    expect(receiver.calls.map(({ body }) => body.toString())).toEqual([`bucket=${bucket}&object=corrupu`]);
    const [entry] = await journal();
    const { text } = await sendRaw(emulator.url, { target: `/-/callbacks/${entry?.number}/explanation` });
    expect(JSON.parse(text)).toMatchObject({ holds: false });
    // An empty body stays as it is.
    expect((await put('empty', { callbackBody: '${x:none}' })).status).toBe(200);
  });

  test('is answered, and the answer is lost', async () => {
    await setFaults({ fault: 'callback.loseAnswer' });
    const answer = await put('lost');
    expect([answer.status, elementOf(answer.text, 'Message')]).toEqual([203, 'Error status : 502.']);
    expect(receiver.calls).toHaveLength(1);
  });
});

describe('the same seed and sequence', () => {
  const decide = (seed: number) => {
    const faults = new Faults({ seed, rules: [{ fault: 'request.reset', share: 0.3 }] });
    const target = { operation: 'PutObject', bucket, objectKey: 'k', requestId: '1' };
    return Array.from({ length: 1_000 }, () => faults.decide('request', target).length);
  };
  const applied = (decisions: number[]) => decisions.filter(Boolean).length;

  test('give the same decisions, about the share that is wanted', () => {
    expect(decide(7)).toEqual(decide(7));
    expect(decide(7)).not.toEqual(decide(8));
    expect(applied(decide(7))).toBeGreaterThan(250);
    expect(applied(decide(7))).toBeLessThan(350);
  });

  test('give the same after the plan is set again', async () => {
    const draw = async () => {
      await setFaults({ fault: 'request.refuse', operation: 'GetObject', share: 0.5 });
      const statuses = [];
      for (let one = 0; one < 20; one += 1) statuses.push((await get('absent')).status);
      return statuses;
    };
    const first = await draw();
    expect(new Set(first)).toEqual(new Set([404, 503]));
    expect(await draw()).toEqual(first);
  });
});

test.each([
  ['*', '', true],
  ['*', 'a/b', true],
  ['a*', 'a', true],
  ['a*a', 'a', false],
  ['a*b*c', 'a-b-b-c', true],
  ['a*b*c', 'a-c-b', false],
  ['a.c', 'abc', false],
  ['a', 'a/b', false],
  ['*.jpg', 'x.jpg', true],
])('pattern %s for key %s: %s', (pattern, key, expected) => {
  expect(matchesPattern(pattern, key)).toBe(expected);
});

test('a pattern of many parts costs little', () => {
  expect(matchesPattern(`${'*a'.repeat(500)}b`, 'a'.repeat(1_000))).toBe(false);
});

describe('a plan is refused', () => {
  test.each([
    ['{', 'Faults must be JSON: '],
    ['7', 'faults: '],
    ['{"rules":{}}', 'rules: '],
    ['{"seed":1.5}', 'seed: must be a whole number'],
    ['{"rule":[]}', 'faults: Unrecognized key: "rule"'],
    [
      '{"rules":[{"fault":"callback.loose"}]}',
      "rules.0.fault: Invalid discriminator value. Expected 'request.delay' |",
    ],
    [
      '{"rules":[{"fault":"callback.drop"},{"fault":"callback.drop","evry":3}]}',
      'rules.1: Unrecognized key: "evry"',
    ],
    ['{"rules":[{"fault":"callback.drop","every":0}]}', 'rules.0.every: '],
    ['{"rules":[{"fault":"callback.drop","share":2}]}', 'rules.0.share: '],
    [
      '{"rules":[{"fault":"callback.drop","share":0.5,"every":2}]}',
      'rules.0: share and every exclude each other',
    ],
    ['{"rules":[{"fault":"callback.delay"}]}', 'rules.0.delayMs: must be a whole number of milliseconds'],
    ['{"rules":[{"fault":"request.refuse","status":200}]}', 'rules.0.status: '],
    [
      '{"rules":[{"fault":"request.refuse","operation":"put"}]}',
      'rules.0.operation: must be an operation such as PutObject',
    ],
  ])('%s', async (body, message) => {
    await setFaults({ fault: 'request.reset', keys: 'stays' });
    const { status, text } = await putFaults(body);
    expect([status, elementOf(text, 'Code')]).toEqual([400, 'InvalidArgument']);
    expect(
      elementOf(text, 'Message')?.replaceAll(/&#x(\w+);/g, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      ),
    ).toContain(message);
    expect((await report()).rules).toHaveLength(1);
  });

  test('of more than 64 KiB, or of more than 100 rules', async () => {
    const large = await putFaults(`{"rules":[]${' '.repeat(70_000)}}`);
    expect([large.status, elementOf(large.text, 'Code')]).toEqual([400, 'EntityTooLarge']);
    const rules = Array.from({ length: 101 }, () => ({ fault: 'callback.drop' }));
    const many = await putFaults(JSON.stringify({ rules }));
    expect([many.status, elementOf(many.text, 'Message')]).toEqual([400, expect.stringContaining('rules: ')]);
  });
});
