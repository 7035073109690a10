import { developmentSecrets, newId } from '#runtime';
import { type AppProcess, eventually, startApp } from '#testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiEnv } from './api-env.fixture.js';
import {
  type DeliveryHouse,
  newUploads,
  type Receiver,
  startDeliveryHouse,
  startReceiver,
} from './webhooks.fixture.js';

interface View {
  id: string;
  secret: string | null;
  enabled: boolean;
  signatures: { kind: string; publicKey: string | null; expiresAt: string | null }[];
  [name: string]: unknown;
}
interface DeliveryBody {
  eventId: string;
  state: string;
  lastAttempt: { status: number | null; answer: string; error: { code: string } | null } | null;
  [name: string]: unknown;
}
interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

describe('the webhooks API', () => {
  let house: DeliveryHouse;
  let api: AppProcess;
  let server: Receiver;
  let status = 204;

  beforeAll(async () => {
    house = await startDeliveryHouse();
    server = await startReceiver((_, response) => response.writeHead(status).end('hello'));
    api = await startApp('api', { ...apiEnv(house.database.url), WEBHOOKS_ALLOW: '127.0.0.1' });
    house.startDeliverer({ WEBHOOKS_RETRY_S: '1' });
  });
  afterAll(async () => {
    await api.end();
    await house[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  const ask = async <T = View>(method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${api.url}/v1/webhooks${path}`, {
      method,
      headers: {
        authorization: `Bearer ${developmentSecrets.apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: (text ? JSON.parse(text) : null) as T & { code?: string } };
  };
  const create = async (wishes: object = {}) => (await ask('POST', '', { url: server.url, ...wishes })).body;
  const delivered = (id: string, count: number) =>
    eventually(async () => {
      const { body } = await ask<Page<DeliveryBody>>('GET', `/${id}/deliveries?state=delivered`);
      return body.items.length >= count ? body.items : undefined;
    });

  test('a webhook is made, shown without its secret, changed, disabled, enabled and deleted', async () => {
    const made = await ask('POST', '', {
      url: `${server.url}?a=1`,
      description: 'of the shop',
      types: ['upload.ready'],
    });
    expect(made).toMatchObject({
      status: 201,
      body: {
        url: `${server.url}?a=1`,
        description: 'of the shop',
        types: ['upload.ready'],
        ordered: false,
        enabled: true,
        disabledReason: null,
        secret: expect.stringMatching(/^whsec_[\w+/]{43}=$/),
        signatures: [{ kind: 'hmac', publicKey: null, expiresAt: null }],
      },
    });
    const { id, secret, ...shown } = made.body;
    expect(await ask('GET', `/${id}`)).toEqual({ status: 200, body: { id, ...shown } });
    const list = await ask<Page<View>>('GET', '?limit=200');
    expect(list.body.items).toContainEqual({ id, ...shown });
    expect(JSON.stringify(list.body)).not.toContain(String(secret));
    expect((await ask('PATCH', `/${id}`, { description: '', ordered: true, types: [] })).body).toMatchObject({
      description: '',
      ordered: true,
      types: [],
      url: shown['url'],
    });
    expect((await ask('PATCH', `/${id}`, { enabled: false })).body).toMatchObject({
      enabled: false,
      disabledReason: 'request',
      disabledAt: expect.any(String),
    });
    expect((await ask('POST', `/${id}/test`)).body).toMatchObject({
      code: 'webhook.not_enabled',
      status: 409,
    });
    expect((await ask('PATCH', `/${id}`, { enabled: true })).body).toMatchObject({
      enabled: true,
      disabledAt: null,
    });
    expect(await ask('DELETE', `/${id}`)).toEqual({ status: 204, body: null });
    expect((await ask('GET', `/${id}`)).body.code).toBe('webhook.not_found');
    expect((await ask('DELETE', `/${id}`)).body.code).toBe('webhook.not_found');
  });

  test('lists are in pages, newest first', async () => {
    const ids = [await create(), await create(), await create()].map(({ id }) => id).toReversed();
    const first = await ask<Page<View>>('GET', '?limit=2');
    const second = await ask<Page<View>>('GET', `?limit=2&cursor=${first.body.nextCursor}`);
    const seen = [...first.body.items, ...second.body.items].map(({ id }) => id);
    expect(seen.slice(0, 3)).toEqual(ids);
  });

  test('secrets of ones own and keys of Ed25519 are possible, and secrets rotate', async () => {
    const own = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    const made = await create({ secret: own });
    expect(made.secret).toBe(own);
    const rotated = await ask('POST', `/${made.id}/rotate`);
    expect(rotated.status).toBe(200);
    expect(rotated.body.secret).not.toBe(own);
    const [fresh, old] = rotated.body.signatures;
    expect(fresh).toEqual({ kind: 'hmac', publicKey: null, expiresAt: null });
    const leftMs = Date.parse(String(old?.expiresAt)) - Date.now();
    expect(leftMs).toBeGreaterThan(86_000_000);
    expect(leftMs).toBeLessThanOrEqual(86_400_000);
    const { body } = await ask('POST', `/${made.id}/rotate`, { signature: 'ed25519', keepS: 0 });
    expect(body.secret).toBe(null);
    expect(body.signatures).toEqual([
      { kind: 'ed25519', publicKey: expect.stringMatching(/^whpk_[\w+/]{43}=$/), expiresAt: null },
    ]);
    for (let turn = 0; turn < 8; turn += 1) await ask('POST', `/${made.id}/rotate`);
    expect((await ask('GET', `/${made.id}`)).body.signatures).toHaveLength(5);
  });

  test('a test and its delivery can be watched', async () => {
    const { id } = await create();
    const tested = await ask<DeliveryBody>('POST', `/${id}/test`);
    expect(tested).toMatchObject({
      status: 202,
      body: { webhookId: id, type: 'webhook.test', state: 'pending', attempts: 0, lastAttempt: null },
    });
    const [delivery] = await delivered(id, 1);
    expect(delivery).toMatchObject({
      eventId: tested.body.eventId,
      state: 'delivered',
      attempts: 1,
      nextAttemptAt: null,
      lastAttempt: { status: 204, answer: '', error: null, durationMs: expect.any(Number) },
    });
    expect((await ask('GET', `/${id}/deliveries/${tested.body.eventId}`)).body).toEqual(delivery);
  });

  test('deliveries are listed by state, type and time, and replayed one by one or by a range', async () => {
    const since = new Date().toISOString();
    const missed = await house.record(newUploads(2), 'upload.ignored');
    // Placed before there is a webhook: they have no delivery.
    await eventually(async () => {
      const [row] = (await house.database.source.query(
        'SELECT count(*)::int AS n FROM events WHERE position IS NULL',
      )) as [{ n: number }];
      return row.n === 0 ? true : undefined;
    });
    status = 500;
    const { id } = await create({ types: ['upload.processing', 'upload.ignored'] });
    const failing = await house.record(newUploads(3));
    const list = async (query: string) =>
      (await ask<Page<DeliveryBody>>('GET', `/${id}/deliveries?${query}`)).body.items.map(
        ({ eventId }) => eventId,
      );
    await eventually(async () => ((await list('state=failed')).length === 3 ? true : undefined));
    status = 204;
    await ask('PATCH', `/${id}`, { enabled: true });
    expect(await list('')).toEqual(failing.toReversed());
    expect(await list('state=pending,delivered')).toEqual([]);
    expect(await list('type=upload.processing,webhook.test')).toEqual(failing.toReversed());
    expect(await list('type=upload.ignored')).toEqual([]);
    expect(await list(`until=${since}`)).toEqual([]);
    expect(await list('since=1960-01-01T00:00:00Z')).toEqual(failing.toReversed());
    expect(await list(`since=${since}&limit=2`)).toEqual(failing.toReversed().slice(0, 2));
    const [failed] = (await ask<Page<DeliveryBody>>('GET', `/${id}/deliveries?limit=1`)).body.items;
    expect(failed?.lastAttempt).toMatchObject({
      status: 500,
      answer: 'hello',
      error: { code: 'delivery.refused' },
    });

    expect(await ask('POST', `/${id}/deliveries/${failing[0]}/replay`)).toMatchObject({ status: 202 });
    expect((await delivered(id, 1)).map(({ eventId }) => eventId)).toEqual([failing[0]]);
    const replay = (body: object) => ask<{ replayed: number }>('POST', `/${id}/replay`, { since, ...body });
    expect(await replay({ types: ['upload.ready'] })).toMatchObject({ status: 202, body: { replayed: 0 } });
    expect((await replay({})).body).toEqual({ replayed: 2, nextCursor: null });
    await delivered(id, 3);
    expect((await replay({ states: ['missing', 'failed'] })).body).toEqual({ replayed: 2, nextCursor: null });
    expect((await delivered(id, 5)).map(({ eventId }) => eventId)).toEqual(
      [...missed, ...failing].toReversed(),
    );
    const before = server.received.length;
    expect((await replay({ states: ['delivered'], types: ['upload.processing'] })).body.replayed).toBe(3);
    await eventually(() => (server.received.length === before + 3 ? true : undefined));
    expect((await replay({ until: since })).body.replayed).toBe(0);
  });

  test('a large range is replayed in pages', async () => {
    const since = new Date().toISOString();
    const uploads = newUploads(4_100);
    for (let from = 0; from < uploads.length; from += 1_000)
      await house.record(uploads.slice(from, from + 1_000));
    await eventually(async () => {
      const [row] = (await house.database.source.query(
        'SELECT count(*)::int AS n FROM events WHERE position IS NULL',
      )) as [{ n: number }];
      return row.n === 0 ? true : undefined;
    });
    const { id } = await create({ url: 'http://127.0.0.1:1/', enabled: undefined });
    await ask('PATCH', `/${id}`, { enabled: false });
    const counts: number[] = [];
    let cursor: string | null | undefined;
    do {
      const { body } = await ask<{ replayed: number; nextCursor: string | null }>('POST', `/${id}/replay`, {
        since,
        states: ['missing'],
        ...(cursor ? { cursor } : {}),
      });
      counts.push(body.replayed);
      cursor = body.nextCursor;
    } while (cursor);
    expect(counts).toEqual([2_000, 2_000, 100]);
  });

  const id = '00000000-0000-7000-8000-000000000000';
  const url = 'https://example.com/';
  test.each<[string, string, unknown, number, string]>([
    ['POST', '', {}, 400, 'request.invalid'],
    ['POST', '', '{', 400, 'request.invalid'],
    ['POST', '', { url: 17 }, 400, 'request.invalid'],
    ['POST', '', { url: `https://example.com/${'x'.repeat(2_048)}` }, 400, 'request.invalid'],
    ['POST', '', { url, types: ['upload.unknown'] }, 400, 'request.invalid'],
    ['POST', '', { url, types: 'upload.ready' }, 400, 'request.invalid'],
    ['POST', '', { url, colour: 'red' }, 400, 'request.invalid'],
    ['POST', '', { url, description: 'a\0b' }, 400, 'request.invalid'],
    ['POST', '', { url, secret: 'secret' }, 400, 'request.invalid'],
    ['POST', '', { url, secret: 'whsec_AAAA' }, 400, 'request.invalid'],
    ['POST', '', { url, signature: 'rsa' }, 400, 'request.invalid'],
    ['POST', '', { url, signature: 'ed25519', secret: `whsec_${'A'.repeat(43)}=` }, 400, 'request.invalid'],
    ['POST', '', { url: 'http://example.com/' }, 422, 'webhook.url_forbidden'],
    ['POST', '', { url: 'https://169.254.169.254/' }, 422, 'webhook.url_forbidden'],
    ['POST', '', { url: 'https://[::1]/' }, 422, 'webhook.url_forbidden'],
    ['POST', '', { url: 'https://example.com:6379/' }, 422, 'webhook.url_forbidden'],
    ['PATCH', `/${id}`, { url: 'https://10.0.0.1/' }, 422, 'webhook.url_forbidden'],
    ['PATCH', `/${id}`, { description: 'x' }, 404, 'webhook.not_found'],
    ['PATCH', `/${id}`, { enabled: 'yes' }, 400, 'request.invalid'],
    ['PATCH', '/17', {}, 400, 'request.invalid'],
    ['GET', '/17', undefined, 400, 'request.invalid'],
    ['GET', `/${id}`, undefined, 404, 'webhook.not_found'],
    ['GET', '?cursor=abc', undefined, 400, 'request.invalid'],
    ['GET', '?limit=0', undefined, 400, 'request.invalid'],
    ['GET', `/${id}/deliveries`, undefined, 404, 'webhook.not_found'],
    ['GET', `/${id}/deliveries?state=done`, undefined, 400, 'request.invalid'],
    ['GET', `/${id}/deliveries?type=x`, undefined, 400, 'request.invalid'],
    ['GET', `/${id}/deliveries?since=yesterday`, undefined, 400, 'request.invalid'],
    ['POST', `/${id}/test`, undefined, 404, 'webhook.not_found'],
    ['POST', `/${id}/rotate`, { keepS: -1 }, 400, 'request.invalid'],
    ['POST', `/${id}/rotate`, { keepS: 99_999_999 }, 400, 'request.invalid'],
    ['POST', `/${id}/rotate`, undefined, 404, 'webhook.not_found'],
    ['POST', `/${id}/replay`, {}, 400, 'request.invalid'],
    ['POST', `/${id}/replay`, { since: 'x' }, 400, 'request.invalid'],
    ['POST', `/${id}/replay`, { since: '2026-01-01T00:00:00Z', states: [] }, 400, 'request.invalid'],
    ['POST', `/${id}/replay`, { since: '2026-01-01T00:00:00Z' }, 404, 'webhook.not_found'],
    ['POST', `/${id}/deliveries/${id}/replay`, undefined, 404, 'webhook.not_found'],
  ])('%s %s %j is refused by code', async (method, path, body, ...[status_, code]) => {
    expect(await ask(method, path, body)).toMatchObject({ status: status_, body: { code } });
  });

  test('what is not in the log any more cannot be replayed', async () => {
    const { id: webhookId } = await create();
    const [event = ''] = await house.record(newUploads(1));
    await delivered(webhookId, 1);
    await house.database.source.query('DELETE FROM events WHERE id = $1', [event]);
    const { body } = await ask('POST', `/${webhookId}/deliveries/${event}/replay`);
    expect(body).toMatchObject({ code: 'delivery.event_gone', status: 410 });
    expect((await ask('POST', `/${webhookId}/deliveries/${newId()}/replay`)).body.code).toBe(
      'delivery.not_found',
    );
  });

  test('nothing is shown without a key', async () => {
    expect((await fetch(`${api.url}/v1/webhooks`)).status).toBe(401);
  });
});

test('there are only so many webhooks, also when they are made at once', async () => {
  await using house = await startDeliveryHouse();
  for (let made = 0; made < 198; made += 1) await house.hook('http://127.0.0.1:1/');
  const results = await Promise.allSettled(
    Array.from({ length: 5 }, () => house.hook('http://127.0.0.1:1/')),
  );
  const refused = results.filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(3);
  expect(refused[0]).toMatchObject({ reason: { code: 'webhook.limit_reached' } });
});
