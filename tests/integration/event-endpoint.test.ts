import { signEventBridgePushV1 } from '#oss';
import { developmentSecrets, newId } from '#runtime';
import type { AppProcess } from '#testing';
import { confirmLanding, signTicketNonce } from '#uploads';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  base64,
  eventBridgeHeaders,
  eventOf,
  eventsPath,
  messageOf,
  post,
  useEventEndpoint,
} from './event-endpoint.fixture.js';
import { fileOf, request } from './reprocess.fixture.js';

const endpoint = useEventEndpoint();
const urlSecret = 'a-secret-url-of-the-tests-0';
const taken = { status: 204, code: undefined };
let sequence = 0;
const newKey = () => `events/${(sequence += 1)}.jpg`;

let api: AppProcess;
beforeAll(async () => {
  api = await endpoint.startApi({ CALLBACK_URL_SECRETS: urlSecret });
});

describe('a push of SMQ', () => {
  test('is answered with 204 once the landing is stored, with its source', async () => {
    const key = newKey();
    expect(await endpoint.pushSmq(api, messageOf(eventOf({ key, vars: { 'x:user': '42' } })))).toEqual(taken);
    expect(await endpoint.uploadsOf(key)).toEqual([
      {
        id: expect.any(String),
        source: 'event',
        proof: null,
        etag: 'D41D8CD98F00B204E9800998ECF8427E',
        size_bytes: '10',
        vars: {},
        claimed_vars: { user: '42' },
        ticket_id: null,
      },
    ]);
  });

  test('fetches its certificate once, although that expired in 2016', async () => {
    const cert = `http://${endpoint.certHost}/cert-of-its-own.pem`;
    const before = endpoint.certFetches;
    const pushes = Array.from({ length: 10 }, () =>
      endpoint.pushSmq(api, messageOf(eventOf({ key: newKey() })), { cert }),
    );
    for (const answer of await Promise.all(pushes)) expect(answer).toEqual(taken);
    expect(endpoint.certFetches).toBe(before + 1);
  });

  test('is taken in every format of a subscription', async () => {
    const keys = Array.from({ length: 5 }, newKey);
    const [plain, encoded, json, xml, xmlPlain] = keys.map((key) => messageOf(eventOf({ key })));
    const bodies = [
      plain,
      base64(encoded ?? ''),
      JSON.stringify({ TopicOwner: '1', Message: base64(json ?? ''), MessageId: 'M' }),
      `<Notification xmlns="http://mns.aliyuncs.com/doc/v1/"><Message>${base64(xml ?? '')}</Message></Notification>`,
      `<Notification><Message>${xmlPlain?.replaceAll('"', '&quot;')}</Message></Notification>`,
    ];
    for (const body of bodies) expect(await endpoint.pushSmq(api, body ?? '')).toEqual(taken);
    for (const key of keys) expect(await endpoint.uploadsOf(key)).toHaveLength(1);
  });

  test('is one landing however often it is pushed: again, at once, and in another batch', async () => {
    const key = newKey();
    const body = messageOf(eventOf({ key }), eventOf({ key }));
    const pushes = Array.from({ length: 8 }, () => endpoint.pushSmq(api, body));
    for (const answer of await Promise.all(pushes)) expect(answer).toEqual(taken);
    await endpoint.pushSmq(api, messageOf(eventOf({ key }), eventOf({ key: newKey() })));
    expect(await endpoint.uploadsOf(key)).toHaveLength(1);
  });

  test('is believed when it comes to a secret URL', async () => {
    const key = newKey();
    const body = messageOf(eventOf({ key, vars: { 'x:user': '42' } }));
    expect(await endpoint.pushSmq(api, body, { target: `${eventsPath}/${urlSecret}` })).toEqual(taken);
    expect(await endpoint.pushSmq(api, body, { target: `${eventsPath}/not-our-secret` })).toEqual(taken);
    expect(await endpoint.uploadsOf(key)).toMatchObject([
      { proof: 'url', vars: { user: '42' }, claimed_vars: null },
      { proof: null, vars: {}, claimed_vars: { user: '42' } },
    ]);
  });

  test('is believed when it brings a ticket for this object, and not for another', async () => {
    const [key, other] = [newKey(), newKey()];
    const ticketId = newId();
    const ticket = signTicketNonce(
      { ticketId, bucket: 'landfall', objectKey: key, expiresAt: new Date(Date.now() + 60_000) },
      developmentSecrets.ticketSecret,
    );
    const vars = { 'x:ticket': ticket };
    const body = messageOf(eventOf({ key, vars }), eventOf({ key: other, vars }));
    expect(await endpoint.pushSmq(api, body)).toEqual(taken);
    expect(await endpoint.uploadsOf(key)).toMatchObject([{ proof: 'ticket', ticket_id: ticketId }]);
    expect(await endpoint.uploadsOf(other)).toMatchObject([{ proof: null, ticket_id: null }]);
    expect(JSON.stringify(await endpoint.uploadsOf(other))).not.toContain(ticket);
  });

  test.each(['a%20b.jpg', 'a%2520b.jpg', 'a+b c.jpg', 'ä/%.jpg'])(
    'takes the key %s as it is',
    async (name) => {
      const key = `${newKey()}/${name}`;
      expect(await endpoint.pushSmq(api, messageOf(eventOf({ key })))).toEqual(taken);
      expect(await endpoint.uploadsOf(key)).toHaveLength(1);
    },
  );

  test('stores nothing of what does not concern us', async () => {
    const before = await endpoint.query('SELECT id FROM uploads');
    const body = messageOf(
      eventOf({ name: 'ObjectCreated:UploadPart' }),
      eventOf({ name: 'ObjectCreated:SomethingNew' }),
      eventOf({ bucket: 'elsewhere' }),
      eventOf({ key: 'renditions/019bbd8e/small.webp' }),
      eventOf({ name: 'ObjectRemoved:DeleteObject', key: 'renditions/019bbd8e/small.webp' }),
    );
    const counted = await eventCounts(api);
    expect(await endpoint.pushSmq(api, body)).toEqual(taken);
    expect(await endpoint.query('SELECT id FROM uploads')).toHaveLength(before.length);
    expect(await eventCounts(api)).toMatchObject({
      ignored: (counted['ignored'] ?? 0) + 2,
      foreign: (counted['foreign'] ?? 0) + 1,
      rendition: (counted['rendition'] ?? 0) + 2,
    });
  });

  test('records the good ones of a batch, and is answered with the code of the bad one', async () => {
    const [first, last] = [newKey(), newKey()];
    const body = messageOf(eventOf({ key: first }), eventOf({ key: '' }), eventOf({ key: last }));
    expect(await endpoint.pushSmq(api, body)).toEqual({ status: 400, code: 'event.invalid' });
    for (const key of [first, last]) expect(await endpoint.uploadsOf(key)).toHaveLength(1);
  });

  test('takes a batch of two thousand', async () => {
    const folder = newKey();
    const events = Array.from({ length: 2_000 }, (_, index) => ({
      eventName: 'ObjectCreated:PutObject',
      oss: { bucket: { name: 'landfall' }, object: { key: `${folder}/${index}` } },
    }));
    expect(await endpoint.pushSmq(api, messageOf(...events))).toEqual(taken);
    const rows = await endpoint.query(`SELECT id FROM uploads WHERE object_key LIKE $1`, [`${folder}/%`]);
    expect(rows).toHaveLength(2_000);
  });
});

describe('events in any order', () => {
  const removal = (key: string) => eventOf({ name: 'ObjectRemoved:DeleteObject', key });
  const checks = (key: string) =>
    endpoint.query('SELECT 1 FROM object_checks JOIN uploads ON id = upload_id WHERE object_key = $1', [key]);

  test('a removal has OSS asked for the object, and removes nothing itself', async () => {
    const key = newKey();
    await endpoint.pushSmq(api, messageOf(eventOf({ key })));
    await endpoint.query(
      `UPDATE uploads SET status = 'ready', proof = 'object', confirmed_at = now(), last_modified = now(), mime_type = 'image/jpeg'
       WHERE object_key = $1`,
      [key],
    );
    expect(await endpoint.pushSmq(api, messageOf(removal(key), removal(key)))).toEqual(taken);
    expect(await checks(key)).toHaveLength(1);
    expect(await endpoint.query('SELECT status FROM uploads WHERE object_key = $1', [key])).toEqual([
      { status: 'ready' },
    ]);
  });

  test('a removal before its creation changes nothing, nor does one of what we never had', async () => {
    const key = newKey();
    expect(await endpoint.pushSmq(api, messageOf(removal(key)))).toEqual(taken);
    expect(await endpoint.pushSmq(api, messageOf(eventOf({ key })))).toEqual(taken);
    expect(await endpoint.uploadsOf(key)).toHaveLength(1);
    expect(await checks(key)).toEqual([]);
  });
});

describe('an event and the callback of one upload', () => {
  const rules = {
    believesAnyone: false,
    made: { renditionPrefix: 'renditions/', urlLifetimeMs: 0 },
    ...request(fileOf({ small: 100 })),
  };
  const seen = {
    etag: 'D41D8CD98F00B204E9800998ECF8427E',
    sizeBytes: 10,
    mimeType: 'image/jpeg',
    lastModified: new Date('2026-01-15T08:30:01Z'),
    clockAheadMs: 0,
  };
  const event = (key: string) =>
    endpoint.pushSmq(api, messageOf(eventOf({ key, vars: { 'x:user': 'claimed' } })));
  const callback = (key: string) =>
    endpoint.callBack(
      api,
      `bucket=landfall&object=${key}&etag=${seen.etag}&size=10&x:user=42`,
      `/callbacks/oss/${urlSecret}`,
    );
  const confirmAll = async (key: string) => {
    for (const { id } of await endpoint.uploadsOf(key))
      await confirmLanding(endpoint.source, id, seen, rules);
  };

  test.each([
    ['the event comes before', [event, confirmAll, callback, confirmAll]],
    ['the event comes after', [callback, confirmAll, event, confirmAll]],
    ['both come before OSS is asked', [event, callback, confirmAll]],
    ['both come at once', [(key: string) => Promise.all([callback(key), event(key)]), confirmAll]],
    ['the event comes twice around it', [event, callback, confirmAll, event, confirmAll]],
  ])('are one upload with the vars of the callback: %s', async (_, steps) => {
    const key = newKey();
    for (const step of steps) await step(key);
    const rows = await endpoint.query<{ vars: object; proof: string }>(
      `SELECT vars, proof FROM uploads WHERE object_key = $1 AND merged_into IS NULL`,
      [key],
    );
    expect(rows).toEqual([{ vars: { user: '42' }, proof: 'url' }]);
  });
});

describe('a push of EventBridge', () => {
  const cloudEvent = (key: string) =>
    JSON.stringify({
      id: 'E1',
      source: 'acs.oss',
      specversion: '1.0',
      type: 'oss:ObjectCreated:PutObject',
      data: eventOf({ key }),
    });

  test('is taken with a signature of version 2', async () => {
    const key = newKey();
    expect(await endpoint.pushEventBridge(api, cloudEvent(key))).toEqual(taken);
    expect(await endpoint.uploadsOf(key)).toMatchObject([{ source: 'event', proof: null }]);
  });

  test('is taken with a signature of version 1', async () => {
    const key = newKey();
    const { 'x-eventbridge-hash-method': _, ...common } = eventBridgeHeaders(
      `http://${endpoint.certHost}/cert.pem`,
    );
    const headers = { ...common, 'x-eventbridge-signature-method': 'HMAC-SHA1' };
    const body = cloudEvent(key);
    const push = { targetUrl: api.url + eventsPath, headers, body: Buffer.from(body) };
    const signed = { ...headers, ...signEventBridgePushV1(push, endpoint.privateKey, 'for this push') };
    expect(await post(api, eventsPath, signed, body)).toEqual(taken);
    expect(await endpoint.uploadsOf(key)).toHaveLength(1);
  });

  test('is signed for the URL that was configured, whatever a proxy makes of it', async () => {
    const targetUrl = 'https://media.example.com/hooks/oss?from=bridge';
    const behindProxy = await endpoint.startApi({ EVENTS_TARGET_URL: targetUrl });
    const body = cloudEvent(newKey());
    expect(await endpoint.pushEventBridge(behindProxy, body, { targetUrl })).toEqual(taken);
    const { code } = await endpoint.pushEventBridge(behindProxy, body);
    expect(code).toBe('event.signature_mismatch');
  });

  test('needs the token where one is set, and then no signature', async () => {
    const token = 'a-long-static-token-of-ours';
    const strict = await endpoint.startApi({ EVENTS_TOKENS: `another-token-of-20-letters,${token}` });
    const key = newKey();
    const send = (headers: Record<string, string>) => post(strict, eventsPath, headers, cloudEvent(key));
    expect(await send({ 'x-eventbridge-signature-token': `${token}x` })).toEqual({
      status: 403,
      code: 'event.token_invalid',
    });
    expect(await endpoint.pushEventBridge(strict, cloudEvent(key))).toMatchObject({
      code: 'event.token_invalid',
    });
    expect(await endpoint.uploadsOf(key)).toEqual([]);
    expect(await send({ 'x-eventbridge-signature-token': token })).toEqual(taken);
    expect(await endpoint.uploadsOf(key)).toHaveLength(1);
    await strict.end();
    expect(strict.output()).toContain('event.token_invalid');
    expect(strict.output()).not.toContain(token);
  });
});

test('an event without a ticket is a hint even where callbacks need one', async () => {
  const strict = await endpoint.startApi({ CALLBACK_TRUST: 'ticket' });
  const key = newKey();
  const body = messageOf(eventOf({ key, vars: { 'x:user': '42' } }));
  expect(await endpoint.pushSmq(strict, body)).toEqual(taken);
  expect(await endpoint.uploadsOf(key)).toMatchObject([
    { proof: null, vars: {}, claimed_vars: { user: '42' } },
  ]);
});

async function eventCounts({ managementUrl }: AppProcess): Promise<Record<string, number>> {
  const text = await (await fetch(`${managementUrl}/metrics`)).text();
  const rows = text.matchAll(/^landfall_events_total\{outcome="([^"]+)"\} (\d+)$/gm);
  return Object.fromEntries(Array.from(rows, ([, outcome = '', count]) => [outcome, Number(count)]));
}
