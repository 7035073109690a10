import { createHmac } from 'node:crypto';
import { createLogger, developmentSecrets, newId } from '#runtime';
import { type AppProcess, eventually, startApp, testDatabase, type TestDatabase } from '#testing';
import { type Landing, UploadRegistry } from '#uploads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiEnv } from './api-env.fixture.js';
import { logEvents, openStream } from './live.fixture.js';

const settings = { batchMax: 100, waitingMax: 1_000, commitTimeoutMs: 5_000, sweepAfterMs: 60_000 };

interface Issued {
  token: string;
  scopes: string[];
  expiresAt: string;
  cursor: string;
  code?: string;
}

describe('tokens for browsers', () => {
  let database: TestDatabase;
  let env: Record<string, string>;
  let api: AppProcess;
  const ticketId = newId();
  /** By the object keys `ticketed`, `mine` and `other`. */
  const ids: Record<string, string> = {};
  beforeAll(async () => {
    database = await testDatabase();
    env = { ...apiEnv(database.url), LIVE_HEARTBEAT_MS: '200', LOG_LEVEL: 'debug' };
    api = await startApp('api', env);
    const registry = new UploadRegistry(database.pool, settings, createLogger('test', 'silent'));
    for (const [objectKey, vars, ticket] of [
      ['ticketed', {}, ticketId],
      ['mine', { user: '7', album: 'a' }, null],
      ['other', { user: '8' }, null],
    ] as const) {
      const landing: Landing = {
        bucket: 'landfall',
        objectKey,
        etag: 'D41D8CD98F00B204E9800998ECF8427E',
        sizeBytes: 1,
        mimeType: null,
        imageInfo: null,
        vars,
        claimedVars: null,
        source: 'callback',
        proof: ticket ? 'ticket' : 'url',
        ticketId: ticket,
        requestId: null,
      };
      ids[objectKey] = (await registry.register(landing)).id;
    }
    await registry.close();
  });
  afterAll(async () => {
    await api.end();
    await database[Symbol.asyncDispose]();
  });

  const issue = async (body: unknown, url = api.url) => {
    const answer = await fetch(`${url}/v1/tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${env['API_KEYS']}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: answer.status, ...((await answer.json()) as Issued) };
  };
  const getUpload = async (name: string, token: string) => {
    const answer = await fetch(`${api.url}/v1/uploads/${ids[name] ?? name}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const body = (await answer.json()) as { objectKey?: string; code?: string };
    return [answer.status, body.objectKey ?? body.code];
  };
  const stream = (token: string, more = '') =>
    openStream(`${api.url}/v1/events/stream?token=${token}${more}`);
  const refusal = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`${api.url}${path}`, init);
    return [answer.status, ((await answer.json()) as { code: string }).code];
  };

  test('say what they grant, and where a stream begins that misses nothing from then on', async () => {
    const [newest] = await logEvents(database.source, 1);
    const issued = await issue({ tickets: [ticketId], lifetimeS: 60 });
    expect(issued).toMatchObject({ status: 201, scopes: ['events', 'uploads'], cursor: newest });
    const lifetimeMs = Date.parse(issued.expiresAt) - Date.now();
    expect(lifetimeMs).toBeGreaterThan(55_000);
    expect(lifetimeMs).toBeLessThanOrEqual(60_000);
    const [missed] = await logEvents(database.source, 1, { ticketId });
    await using reader = await stream(issued.token, `&after=${issued.cursor}`);
    await reader.until(() => reader.events.length > 0);
    expect(reader.events.map(({ id }) => id)).toEqual([missed]);
  });

  test('show the events of their uploads, tickets or vars, and no others, live and from the log', async () => {
    const { token, cursor } = await issue({
      uploads: [ids['other']?.toUpperCase()],
      tickets: [ticketId],
      vars: { user: '7', album: 'a' },
    });
    const expected: string[] = [];
    const mix = async () => {
      await logEvents(database.source, 1, { vars: { user: '7' } });
      await logEvents(database.source, 1, { ticketId: newId() });
      await logEvents(database.source, 1);
      expected.push(...(await logEvents(database.source, 1, { vars: { user: '7', album: 'a', more: 'b' } })));
      expected.push(...(await logEvents(database.source, 1, { ticketId })));
      expected.push(...(await logEvents(database.source, 1, { uploadId: ids['other'] ?? '' })));
    };
    await mix();
    // So many that the first must be read from the database.
    await logEvents(database.source, 2_100);
    await using reader = await stream(token, `&after=${cursor}`);
    await reader.until(() => reader.events.length >= 3);
    await mix();
    await reader.until(() => reader.events.length >= 6);
    expect(reader.events.map(({ id }) => id)).toEqual(expected);
    await using narrowed = await stream(token, `&after=${cursor}&uploadId=${ids['other']?.toUpperCase()}`);
    await narrowed.until(() => narrowed.events.length >= 2);
    expect(narrowed.events.map(({ data }) => data.uploadId)).toEqual([ids['other'], ids['other']]);
  });

  test('show their uploads, and of others not whether there are any', async () => {
    const { token } = await issue({ uploads: [ids['other']], tickets: [ticketId], vars: { user: '7' } });
    expect(await getUpload('other', token)).toEqual([200, 'other']);
    expect(await getUpload('ticketed', token)).toEqual([200, 'ticketed']);
    expect(await getUpload('mine', token)).toEqual([200, 'mine']);
    const narrow = await issue({ uploads: [ids['mine']] });
    expect(await getUpload('mine', narrow.token)).toEqual([200, 'mine']);
    expect(await getUpload('other', narrow.token)).toEqual([403, 'auth.token_scope']);
    expect(await getUpload('ticketed', narrow.token)).toEqual([403, 'auth.token_scope']);
    expect(await getUpload(newId(), narrow.token)).toEqual([403, 'auth.token_scope']);
  });

  test('open nothing beyond their scopes', async () => {
    const events = await issue({ scopes: ['events'], uploads: [ids['mine']] });
    expect(await getUpload('mine', events.token)).toEqual([403, 'auth.token_scope']);
    const uploads = await issue({ scopes: ['uploads'], uploads: [ids['mine']] });
    expect(await refusal(`/v1/events/stream?token=${uploads.token}`)).toEqual([403, 'auth.token_scope']);
    const both = { headers: { authorization: `Bearer ${events.token}` } };
    for (const path of ['/v1/events', '/v1/uploads', `/v1/tickets/${ticketId}`])
      expect(await refusal(path, both)).toEqual([401, 'auth.key_invalid']);
    for (const [method, path] of [
      ['POST', '/v1/tokens'],
      ['POST', '/v1/tickets'],
      ['DELETE', `/v1/uploads/${ids['mine']}`],
    ])
      expect(await refusal(path ?? '', { method: method ?? '', ...both })).toEqual([401, 'auth.key_invalid']);
  });

  test('work as a bearer token of a stream too', async () => {
    const { token } = await issue({ tickets: [ticketId] });
    await using reader = await openStream(`${api.url}/v1/events/stream`, {
      authorization: `Bearer ${token}`,
    });
    expect(reader.answer.status).toBe(200);
  });

  test('that are expired or forged are refused', async () => {
    const path = (token: string) => `/v1/events/stream?token=${token}`;
    const sign = (expires: number, secret: string) => {
      const payload = { scopes: ['events'], uploads: [], tickets: [ticketId], vars: null, expires };
      const text = Buffer.from(JSON.stringify(payload)).toString('base64url');
      return `lft_${text}.${createHmac('sha256', secret).update(`token\n${text}`).digest('base64url')}`;
    };
    const { linkSecret } = developmentSecrets;
    const now = Math.floor(Date.now() / 1_000);
    expect(await refusal(path(sign(now - 1, linkSecret)))).toEqual([401, 'auth.token_expired']);
    expect(await refusal(path(sign(now + 60, `${linkSecret}!`)))).toEqual([401, 'auth.token_invalid']);
    expect(await refusal(path(''))).toEqual([401, 'auth.token_invalid']);
    expect(await refusal(`${path('a')}&token=b`)).toEqual([401, 'auth.token_invalid']);
    const forged = sign(now + 60, linkSecret).replace(/^lft_./, 'lft_x');
    expect(await refusal(path(forged))).toEqual([401, 'auth.token_invalid']);
    await using genuine = await stream(sign(now + 60, linkSecret));
    expect(genuine.answer.status).toBe(200);
  });

  test('end their streams when they expire', async () => {
    const { token } = await issue({ tickets: [ticketId], lifetimeS: 1 });
    await using reader = await stream(token);
    await reader.ended;
    expect(await refusal(`/v1/events/stream?token=${token}`)).toEqual([401, 'auth.token_expired']);
  });

  test('show nothing once they have expired, also between two heartbeats', async () => {
    await using stack = new AsyncDisposableStack();
    const own = await startApp('api', { ...env, LIVE_HEARTBEAT_MS: '300000' });
    stack.defer(async () => void (await own.end()));
    const { token } = await issue({ tickets: [ticketId], lifetimeS: 1 }, own.url);
    await using reader = await openStream(`${own.url}/v1/events/stream?token=${token}`);
    await eventually(async () => {
      const { status } = await fetch(`${own.url}/v1/uploads/${ids['ticketed']}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return status === 401 ? true : undefined;
    });
    await logEvents(database.source, 1, { ticketId });
    await reader.ended;
    expect(reader.events).toEqual([]);
  });

  test('are in no line of the log', async () => {
    const { token } = await issue({ tickets: [ticketId] });
    await using reader = await stream(token);
    await refusal(`/v1/events/stream?token=${token}&after=17`);
    await refusal(`/v1/nothing?token=${token}`);
    await reader[Symbol.asyncDispose]();
    expect(api.output()).not.toContain(token.slice(4, 40));
  });

  test.each([
    [{}],
    [{ uploads: [], tickets: [] }],
    [{ vars: {} }],
    [{ uploads: ['17'] }],
    [{ uploads: Array.from({ length: 21 }, newId) }],
    [{ tickets: 'all' }],
    [{ vars: { a: 1 } }],
    [JSON.parse('{"vars": {"__proto__": "7", "user": "8"}}')],
    [{ vars: { constructor: '7', user: '8' } }],
    [{ vars: { a: 'x'.repeat(513) } }],
    [{ vars: Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`v${index}`, 'x'])) }],
    [{ tickets: [ticketId], scopes: [] }],
    [{ tickets: [ticketId], scopes: ['admin'] }],
    [{ tickets: [ticketId], lifetimeS: 0 }],
    [{ tickets: [ticketId], lifetimeS: 3_601 }],
    [{ tickets: [ticketId], lifeTimeS: 5 }],
    [{ vars: { a: '漢'.repeat(512), b: '漢'.repeat(512), c: '漢'.repeat(512) } }],
    [[]],
  ])('are not issued for %j', async (body) => {
    expect(await issue(body)).toMatchObject({ status: 400, code: 'request.invalid' });
  });

  test('the largest one fits into a URL', async () => {
    const many = Array.from({ length: 20 }, newId);
    const vars = Object.fromEntries([1, 2, 3, 4, 5].map((index) => [`v${index}`, 'é'.repeat(400)]));
    const { token } = await issue({ uploads: many, tickets: many, vars });
    await using reader = await stream(token);
    expect(reader.answer.status).toBe(200);
  });
});
