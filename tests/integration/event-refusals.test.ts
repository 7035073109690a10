import { generateKeyPairSync } from 'node:crypto';
import type { AppProcess } from '#testing';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  base64,
  eventOf,
  eventsPath,
  messageOf,
  post,
  type PushParts,
  useEventEndpoint,
} from './event-endpoint.fixture.js';

const endpoint = useEventEndpoint();
const urlSecret = 'a-secret-url-of-the-tests-0';
const taken = { status: 204, code: undefined };
let sequence = 0;
const newKey = () => `events/${(sequence += 1)}.jpg`;
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);

let api: AppProcess;
beforeAll(async () => {
  api = await endpoint.startApi({ CALLBACK_URL_SECRETS: urlSecret });
});

describe('a push that is refused stores nothing', () => {
  const stranger = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const refused: [
    what: string,
    code: string,
    status: number,
    push: (key: string) => PushParts & { body?: string },
  ][] = [
    ['signed by a stranger', 'event.signature_mismatch', 403, () => ({ key: stranger.privateKey })],
    ['of a quarter of an hour ago', 'event.expired', 403, () => ({ date: minutesAgo(16) })],
    ['of the future', 'event.expired', 403, () => ({ date: minutesAgo(-16) })],
    [
      'with a date that was not signed',
      'event.signature_mismatch',
      403,
      () => ({ date: minutesAgo(14), headers: { date: new Date().toUTCString() } }),
    ],
    [
      'with another body than was signed',
      'event.body_mismatch',
      403,
      (key) => ({ body: messageOf(), sentBody: messageOf(eventOf({ key })) }),
    ],
    [
      'with a certificate of a foreign host',
      'event.cert_host_forbidden',
      403,
      () => ({ cert: 'https://evil.example/cert.pem' }),
    ],
    [
      'with a certificate of a host that only ends well',
      'event.cert_host_forbidden',
      403,
      () => ({ cert: `http://evil.${endpoint.certHost}/cert.pem` }),
    ],
    [
      'with a certificate that is not there',
      'event.cert_unavailable',
      503,
      () => ({ cert: `http://${endpoint.certHost}/missing.pem` }),
    ],
    [
      'with a key that is no certificate',
      'event.cert_unavailable',
      503,
      () => ({ cert: `http://${endpoint.certHost}/key.pem` }),
    ],
    [
      'with no certificate',
      'event.cert_url_missing',
      403,
      () => ({ headers: { 'x-mns-signing-cert-url': '' } }),
    ],
    ['with no signature', 'event.signature_missing', 403, () => ({ headers: { authorization: '' } })],
    [
      'with a signature that is not base64',
      'event.signature_malformed',
      403,
      () => ({ headers: { authorization: 'MNS a:b' } }),
    ],
    [
      'with a message that is not base64',
      'event.body_malformed',
      400,
      (key) => ({ body: `${base64(messageOf(eventOf({ key })))}!` }),
    ],
    [
      'with a message that is not JSON',
      'event.body_malformed',
      400,
      (key) => ({ body: messageOf(eventOf({ key })).slice(0, -1) }),
    ],
    ['with a message of another service', 'event.body_malformed', 400, () => ({ body: '{"hello":"world"}' })],
    [
      'of 1 MB',
      'request.too_large',
      413,
      (key) => ({ body: messageOf(eventOf({ key, vars: { 'x:a': 'x'.repeat(1_048_576) } })) }),
    ],
    [
      'for another path',
      'event.signature_mismatch',
      403,
      () => ({ target: `${eventsPath}/elsewhere`, headers: { 'x-mns-version': '2015-06-07' } }),
    ],
  ];

  test.each(refused)('%s: %s', async (_, code, status, push) => {
    const key = newKey();
    const { body = messageOf(eventOf({ key })), ...parts } = push(key);
    expect(await endpoint.pushSmq(api, body, parts)).toEqual({ status, code });
    expect(await endpoint.uploadsOf(key)).toEqual([]);
  });

  test('of EventBridge, a minute old, changed, or for another URL', async () => {
    const body = JSON.stringify({
      specversion: '1.0',
      type: 'oss:ObjectCreated:PutObject',
      data: eventOf({ key: newKey() }),
    });
    const stale = await endpoint.pushEventBridge(api, body, { date: minutesAgo(1.1) });
    expect(stale).toEqual({ status: 403, code: 'event.expired' });
    const changed = await endpoint.pushEventBridge(api, body, { sentBody: `${body} ` });
    expect(changed).toEqual({ status: 403, code: 'event.signature_mismatch' });
    const foreign = await endpoint.pushEventBridge(api, body, { key: stranger.privateKey });
    expect(foreign).toEqual({ status: 403, code: 'event.signature_mismatch' });
  });

  test('of a sender that is not accepted, or of none', async () => {
    const strict = await endpoint.startApi({ EVENTS_ACCEPT: 'eventbridge' });
    const forbidden = { status: 403, code: 'event.sender_forbidden' };
    expect(await endpoint.pushSmq(strict, messageOf(eventOf()))).toEqual(forbidden);
    expect(await post(strict, eventsPath, {}, messageOf(eventOf()))).toEqual(forbidden);
    const closed = await endpoint.startApi({ EVENTS_ACCEPT: '' });
    expect(await endpoint.pushEventBridge(closed, messageOf(eventOf()))).toEqual(forbidden);
  });

  test('leaves neither signature nor secret in the log', async () => {
    const target = `${eventsPath}/${urlSecret}`;
    await endpoint.pushSmq(api, messageOf(eventOf()), { target, key: stranger.privateKey });
    expect(api.output()).toContain('event push refused');
    expect(api.output()).not.toContain(urlSecret);
    expect(api.output()).not.toMatch(/[A-Za-z0-9+/]{80,}/);
  });
});

describe('a flood of events that nobody vouches for', () => {
  test('is bounded, loses nothing for ever, and does not touch those of a secret URL', async () => {
    const busy = await endpoint.startApi({
      CALLBACK_UNPROVEN_PER_MINUTE: '5',
      CALLBACK_URL_SECRETS: urlSecret,
    });
    const folder = newKey();
    const events = (name: string) =>
      messageOf(...Array.from({ length: 20 }, (_, index) => eventOf({ key: `${folder}/${name}/${index}` })));
    const stored = async (name: string) =>
      (await endpoint.query(`SELECT id FROM uploads WHERE object_key LIKE $1`, [`${folder}/${name}/%`]))
        .length;
    const limited = { status: 503, code: 'event.unproven_limited' };
    expect(await endpoint.pushSmq(busy, events('forged'))).toEqual(limited);
    expect(await endpoint.pushSmq(busy, events('forged'))).toEqual(limited);
    expect(await stored('forged')).toBe(5);
    expect(await endpoint.pushSmq(busy, events('ours'), { target: `${eventsPath}/${urlSecret}` })).toEqual(
      taken,
    );
    expect(await stored('ours')).toBe(20);
    const removed = Array.from({ length: 6 }, (_, index) =>
      eventOf({ key: `${folder}/ours/${index}`, name: 'ObjectRemoved:DeleteObject' }),
    );
    expect(await endpoint.pushSmq(busy, messageOf(...removed))).toEqual(limited);
  });
});
