import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  checkEventBridgePush,
  checkSmqPush,
  hasEventBridgeToken,
  readEventMessage,
  signPolicyV4,
  verifyEventBridgePush,
  verifySmqPush,
} from '#oss';
import { encodeCallback, useReceiver, type ReceivedCall } from '../fixtures/callback-receiver.fixture.js';
import { bucket, credentials, region, useEmulator } from '../fixtures/emulator.fixture.js';
import {
  certifiedKey,
  eventsIn,
  listEvents,
  putJson,
  setRules,
  untilSettled,
} from '../fixtures/events.fixture.js';
import { elementOf, sendForm, sendRaw, sendSigned } from '../fixtures/requests.fixture.js';
import { ownerId } from '../wire/owner.js';

const emulator = useEmulator({ callbackTimeoutMs: 500, eventWaitScale: 0.001 });
const receiver = useReceiver();

const all = ['ObjectCreated:*', 'ObjectRemoved:*'];
const smq = (more: Record<string, unknown> = {}) => ({
  target: 'smq',
  url: `${receiver.url}/events/oss?from=smq`,
  events: all,
  ...more,
});
const put = (key: string, body = 'hello', headers: Record<string, string> = {}) =>
  sendSigned(emulator.url, { method: 'PUT', key, body, headers });
/** The event in the only call. */
async function onlyEvent(): Promise<Record<string, unknown>> {
  await receiver.until(1);
  expect(receiver.calls).toHaveLength(1);
  const message = readEventMessage(receiver.calls[0]?.body ?? Buffer.alloc(0));
  return (message as { events: Record<string, unknown>[] }).events[0] ?? {};
}

describe('a push of SMQ', () => {
  test.each(['SIMPLIFIED', 'JSON', 'XML'])('of format %s holds, and tells of the upload', async (format) => {
    await setRules(emulator, smq({ format }));
    const answer = await put('目录/a&b.txt');
    await receiver.until(1);
    const [call] = receiver.calls as [ReceivedCall];
    const key = await certifiedKey(emulator, '/x509_public_certificate.pem');
    expect(
      verifySmqPush({ rawTarget: call.target, headers: call.headers as Record<string, string> }, key),
    ).toBe(true);
    checkSmqPush(call.headers as Record<string, string>, call.body, new Date());
    const certUrl = Buffer.from(String(call.headers['x-mns-signing-cert-url']), 'base64').toString();
    expect(certUrl).toBe(`${emulator.url}/x509_public_certificate.pem`);
    expect(eventsIn(call)).toMatchObject([
      {
        name: 'ObjectCreated:PutObject',
        bucket,
        objectKey: '目录/a&b.txt',
        etag: '5D41402ABC4B2A76B9719D911017C592',
        sizeBytes: 5,
        requestId: answer.headers['x-oss-request-id'],
      },
    ]);
  });

  test('is signed with a key as weak as the real one, whose certificate expired in 2016', async () => {
    const read = () => sendRaw(emulator.url, { target: '/x509_public_certificate.pem' });
    const { text } = await read();
    const certificate = new X509Certificate(text);
    expect(certificate.publicKey.asymmetricKeyDetails).toMatchObject({ modulusLength: 512 });
    expect(new Date(certificate.validTo).getUTCFullYear()).toBe(2016);
    await emulator.restart();
    expect((await read()).text).toBe(text);
  });

  test('has every field of the event', async () => {
    await setRules(emulator, smq());
    const callbackBody = 'a=${object}';
    const answer = await put('fields', 'hello', {
      'x-oss-callback': encodeCallback({ callbackUrl: 'http://127.0.0.1:1/', callbackBody }),
      'x-oss-callback-var': encodeCallback({ 'x:uid': '1' }),
    });
    expect(answer.status).toBe(203);
    expect(await onlyEvent()).toEqual({
      eventName: 'ObjectCreated:PutObject',
      eventSource: 'acs:oss',
      eventTime: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
      eventVersion: '1.0',
      oss: {
        bucket: {
          arn: `acs:oss:${region}:${ownerId}:${bucket}`,
          name: bucket,
          ownerIdentity: ownerId,
          virtualBucket: '',
        },
        object: { deltaSize: 5, eTag: '5D41402ABC4B2A76B9719D911017C592', key: 'fields', size: 5 },
        ossSchemaVersion: '1.0',
        ruleId: 'rule-1',
        xVars: { 'x:uid': '1' },
      },
      region,
      requestParameters: { sourceIPAddress: '127.0.0.1' },
      responseElements: { requestId: answer.headers['x-oss-request-id'] },
      userIdentity: { principalId: ownerId },
    });
  });
});

describe('a push of EventBridge', () => {
  test('holds, with its token', async () => {
    const token = 'a token of more than twenty';
    const url = `${receiver.url}/events/oss?from=bridge`;
    await setRules(emulator, { target: 'eventbridge', url, token, events: all });
    const answer = await put('bridged');
    await receiver.until(1);
    const [{ headers: received, body }] = receiver.calls as [ReceivedCall];
    const headers = received as Record<string, string>;
    const key = await certifiedKey(emulator, '/eventbridge_certificate.pem');
    expect(verifyEventBridgePush({ targetUrl: url, headers, body }, key)).toBe(true);
    expect(verifyEventBridgePush({ targetUrl: `${url}/`, headers, body }, key)).toBe(false);
    checkEventBridgePush(headers, new Date());
    expect(hasEventBridgeToken(headers, [token])).toBe(true);
    expect(headers['x-eventbridge-signature-url']).toBe(`${emulator.url}/eventbridge_certificate.pem`);
    expect(JSON.parse(body.toString())).toMatchObject({
      id: expect.stringMatching(/^[0-9A-F]{32}$/),
      source: 'acs.oss',
      specversion: '1.0',
      type: 'oss:ObjectCreated:PutObject',
      subject: `acs:oss:${region}:${ownerId}:${bucket}/bridged`,
      aliyunaccountid: ownerId,
      data: { eventName: 'ObjectCreated:PutObject', oss: { object: { key: 'bridged' } } },
    });
    expect(eventsIn({ body })).toMatchObject([{ requestId: answer.headers['x-oss-request-id'] }]);
  });
});

describe('every change tells of itself', () => {
  const names = () => receiver.calls.flatMap(eventsOf).map(({ eventName }) => eventName);
  const eventsOf = ({ body }: ReceivedCall) =>
    (readEventMessage(body) as { events: { eventName: string; oss: { object: Record<string, unknown> } }[] })
      .events;
  const objects = () => receiver.calls.flatMap(eventsOf).map(({ oss }) => oss.object);

  test('with how much it changed', async () => {
    await setRules(emulator, smq());
    await put('sized', '12345');
    await receiver.until(1);
    await put('sized', '12');
    await receiver.until(2);
    await sendSigned(emulator.url, { method: 'DELETE', key: 'sized' });
    await receiver.until(3);
    expect(objects().map(({ deltaSize, size }) => [deltaSize, size])).toEqual([
      [5, 5],
      [-3, 2],
      [-2, 2],
    ]);
    // There is nothing to tell of.
    await sendSigned(emulator.url, { method: 'DELETE', key: 'sized' });
    await untilSettled(emulator);
    expect(receiver.calls).toHaveLength(3);
  });

  test('PostObject, with the variables of its form', async () => {
    await setRules(emulator, smq({ events: ['ObjectCreated:PostObject'] }));
    const fields = signPolicyV4({
      ...credentials,
      bucket,
      region,
      expiresAt: new Date(Date.now() + 60_000),
      conditions: [['starts-with', '$key', '']],
    });
    const callback = encodeCallback({ callbackUrl: 'http://127.0.0.1:1/', callbackBody: 'a=${x:uid}' });
    await sendForm(emulator.url, Object.entries({ ...fields, key: 'form', callback, 'x:uid': '7' }));
    expect(await onlyEvent()).toMatchObject({
      eventName: 'ObjectCreated:PostObject',
      oss: { object: { key: 'form', size: 1 }, xVars: { 'x:uid': '7' } },
    });
  });

  test('CopyObject, AppendObject and PutSymlink', async () => {
    await put('source');
    await setRules(emulator, smq());
    const headers = { 'x-oss-copy-source': `/${bucket}/source` };
    await sendSigned(emulator.url, { method: 'PUT', key: 'copy', headers });
    await receiver.until(1);
    for (const [position, calls] of [
      ['0', 2],
      ['3', 3],
    ] as const) {
      const query = { append: '', position };
      await sendSigned(emulator.url, { method: 'POST', key: 'appended', query, body: 'abc' });
      await receiver.until(calls);
    }
    const target = { 'x-oss-symlink-target': 'source' };
    await sendSigned(emulator.url, { method: 'PUT', key: 'link', query: { symlink: '' }, headers: target });
    await receiver.until(4);
    expect(names()).toEqual([
      'ObjectCreated:CopyObject',
      'ObjectCreated:AppendObject',
      'ObjectCreated:AppendObject',
      'ObjectCreated:PutSymlink',
    ]);
    expect(objects().slice(1, 3)).toMatchObject([
      { position: 0, size: 3, deltaSize: 3 },
      { position: 3, size: 6, deltaSize: 3 },
    ]);
  });

  test('multipart uploads, each part when a rule wants everything', async () => {
    const upload = async (key: string, abort: boolean) => {
      const started = await sendSigned(emulator.url, { method: 'POST', key, query: { uploads: '' } });
      const uploadId = elementOf(started.text, 'UploadId') ?? '';
      await sendSigned(emulator.url, {
        method: 'PUT',
        key,
        query: { uploadId, partNumber: '1' },
        body: 'part',
      });
      if (abort) return sendSigned(emulator.url, { method: 'DELETE', key, query: { uploadId } });
      const headers = { 'x-oss-complete-all': 'yes' };
      return sendSigned(emulator.url, { method: 'POST', key, query: { uploadId }, headers, body: '' });
    };
    await setRules(emulator, smq());
    await upload('parts', false);
    await receiver.until(3);
    await upload('aborted', true);
    await receiver.until(6);
    expect(names().toSorted()).toEqual(
      [
        'ObjectCreated:InitiateMultipartUpload',
        'ObjectCreated:UploadPart',
        'ObjectCreated:CompleteMultipartUpload',
        'ObjectCreated:InitiateMultipartUpload',
        'ObjectCreated:UploadPart',
        'ObjectRemoved:AbortMultipartUpload',
      ].toSorted(),
    );
    await setRules(emulator, smq({ events: ['ObjectCreated:CompleteMultipartUpload'] }));
    await upload('parts again', false);
    await untilSettled(emulator);
    expect(receiver.calls).toHaveLength(7);
  });

  test('DeleteObjects, once for each object that there was', async () => {
    for (const key of ['d/1', 'd/2']) await put(key);
    await setRules(emulator, smq({ events: ['ObjectRemoved:DeleteObjects'] }));
    const body =
      '<Delete><Object><Key>d/1</Key></Object><Object><Key>d/2</Key></Object><Object><Key>d/3</Key></Object></Delete>';
    const answer = await sendSigned(emulator.url, { method: 'POST', query: { delete: '' }, body });
    await untilSettled(emulator);
    const heard = receiver.calls.flatMap(eventsIn);
    expect(heard.map(({ objectKey }) => objectKey).toSorted()).toEqual(['d/1', 'd/2']);
    expect(new Set(heard.map(({ requestId }) => requestId))).toEqual(
      new Set([answer.headers['x-oss-request-id']]),
    );
  });

  test('only to the rules that want it, and the uploader is told', async () => {
    await setRules(emulator, smq({ prefix: 'in/', suffix: '.jpg' }), smq({ events: ['ObjectRemoved:*'] }));
    expect((await put('in/a.png')).headers).not.toHaveProperty('x-oss-event-status');
    const { headers } = await put('in/a.jpg');
    const decode = (name: string) =>
      JSON.parse(Buffer.from(String(headers[name]), 'base64').toString()) as unknown;
    expect(decode('x-oss-event-status')).toEqual({ Result: 'Ok' });
    expect(decode('x-oss-process-status')).toEqual({
      code: 'Success',
      message: 'NotificationSucceed',
      type: 'EventNotification',
      version: '1.0',
    });
    await untilSettled(emulator);
    expect(receiver.calls.flatMap(eventsIn).map(({ objectKey }) => objectKey)).toEqual(['in/a.jpg']);
  });

  test('but not when it fails', async () => {
    await setRules(emulator, smq());
    await put('once');
    const refused = await put('once', 'again', { 'x-oss-forbid-overwrite': 'true' });
    expect(refused.status).toBe(409);
    expect(refused.headers).not.toHaveProperty('x-oss-event-status');
    await untilSettled(emulator);
    expect(receiver.calls).toHaveLength(1);
  });
});

describe('what is not taken', () => {
  test('is sent again with the same id, until it is', async () => {
    await setRules(emulator, smq());
    receiver.answer = (response) => response.writeHead(receiver.calls.length < 4 ? 503 : 204).end();
    await put('retried');
    await receiver.until(4);
    await untilSettled(emulator);
    expect(new Set(receiver.calls.map(({ headers }) => headers['x-mns-message-id'])).size).toBe(1);
    const [entry] = await listEvents(emulator, '?key=retried');
    expect(entry).toMatchObject({ state: 'delivered', attemptCount: 4, nextAttemptAt: null, faults: [] });
    expect(entry?.attempts.map(({ answer }) => answer?.status)).toEqual([503, 503, 503, 204]);
  });

  test('is given up after three retries, if the subscription says so', async () => {
    await setRules(emulator, smq({ retry: 'BACKOFF_RETRY', url: 'http://127.0.0.1:1/' }));
    await put('given up');
    await untilSettled(emulator);
    const [entry] = await listEvents(emulator, '?key=given%20up');
    expect(entry).toMatchObject({ state: 'given up', attemptCount: 4, nextAttemptAt: null });
    expect(entry?.attempts.at(-1)).toMatchObject({
      answer: null,
      failure: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('in time is sent again', async () => {
    await setRules(emulator, smq());
    receiver.answer = (response) => receiver.calls.length > 1 && response.writeHead(200).end();
    await put('slow');
    await receiver.until(2);
    await untilSettled(emulator);
    const [entry] = await listEvents(emulator, '?key=slow');
    expect(entry?.attempts.map(({ failure }) => failure)).toEqual(['no answer within 500 ms', null]);
  });

  test('survives a restart', async () => {
    await setRules(emulator, smq());
    receiver.answer = (response) => response.writeHead(500).end();
    await put('survives');
    await receiver.until(1);
    receiver.answer = (response) => response.writeHead(200).end();
    await emulator.restart();
    await untilSettled(emulator);
    expect(receiver.calls.length).toBeGreaterThanOrEqual(2);
    expect(new Set(receiver.calls.map(({ headers }) => headers['x-mns-message-id'])).size).toBe(1);
  });
});

describe('rules are refused', () => {
  test.each([
    ['{}', 'rules: must be a list'],
    ['[{"target":"sms"}]', '0.target: '],
    ['[{"target":"smq","url":"ftp://a","events":["ObjectCreated:*"]}]', '0.url: must be an http(s) URL'],
    ['[{"target":"smq","url":"http://a","events":[]}]', '0.events: must name an event'],
    ['[{"target":"smq","url":"http://a","events":["oss:ObjectCreated:*"]}]', '0.events.0: must be an event'],
    [
      '[{"target":"queue","queue":"a/b","events":["ObjectCreated:*"]}]',
      '0.queue: must be the name of a queue',
    ],
    ['[{"target":"queue","queue":"a","url":"http://a","events":["ObjectCreated:*"]}]', '0: Unrecognized key'],
  ])('%s', async (body, message) => {
    await setRules(emulator, smq());
    const { status, text } = await putJson(emulator, '/-/events/rules', JSON.parse(body));
    expect([status, elementOf(text, 'Code')]).toEqual([400, 'InvalidArgument']);
    expect(elementOf(text, 'Message')).toContain(message);
    const { text: rules } = await sendRaw(emulator.url, { target: '/-/events/rules' });
    expect(JSON.parse(rules)).toHaveLength(1);
  });
});
