import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AppProcess, eventually } from '#testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callbackPath, formType, type ServeKey, useCallbackEndpoint } from './callback-endpoint.fixture.js';

const goodBody =
  'bucket=landfall&object=a%2Fb.jpg&etag=D41D8CD98F00B204E9800998ECF8427E&size=10&mimeType=image%2Fjpeg&x:user_id=42';
const timeLimit = { CALLBACK_KEY_TIMEOUT_MS: '2000' };

describe('the callback endpoint', () => {
  let keyFetches = 0;
  const serveKey: ServeKey = (target, response, pem) => {
    if (target === '/slow.pem') return;
    if (target === '/moved.pem') return response.writeHead(302, { location: '/key.pem' }).end();
    if (target === '/huge.pem') return response.end('x'.repeat(100_000));
    if (!/^\/key(-\d+)?\.pem$/.test(target)) return response.writeHead(404).end();
    keyFetches += 1;
    return response.end(pem);
  };
  const entry = useCallbackEndpoint(1024, serveKey);
  let api: AppProcess;
  beforeAll(async () => {
    api = await entry.startApi({ ...timeLimit, OSS_BUCKETS: 'landfall,second' });
  });

  async function send(
    options: {
      body?: string;
      target?: string;
      type?: string;
      headers?: Record<string, string | null>;
      method?: string;
    } = {},
  ) {
    const { body = goodBody, target = callbackPath, type = formType, method = 'POST' } = options;
    const headers: Record<string, string> = {
      'content-type': type,
      authorization: entry.sign(target, body),
      'x-oss-pub-key-url': entry.keyUrl(),
    };
    for (const [name, value] of Object.entries(options.headers ?? {})) {
      if (value === null) delete headers[name];
      else headers[name] = value;
    }
    const answer = await fetch(`${api.url}${target}`, {
      method,
      headers,
      ...(method === 'GET' ? {} : { body }),
    });
    return {
      status: answer.status,
      type: answer.headers.get('content-type'),
      body: (await answer.json()) as Record<string, unknown>,
      answer,
    };
  }

  test('a signed callback is stored and answered with 200, a small JSON body and its length', async () => {
    const { status, body, answer } = await send();
    expect(status).toBe(200);
    expect(body).toEqual({ Status: 'OK', id: expect.stringMatching(/^[0-9a-f-]{36}$/), status: 'stored' });
    expect(Number(answer.headers.get('content-length'))).toBe(JSON.stringify(body).length);
    expect((await send()).body['id']).toBe(body['id']);
  });

  test('a query in the callback URL is part of what is signed', async () => {
    expect((await send({ target: '/callbacks/oss?tenant=a%20b' })).status).toBe(200);
    const signedFor = entry.sign('/callbacks/oss?tenant=a', goodBody);
    expect(
      (await send({ target: '/callbacks/oss?tenant=b', headers: { authorization: signedFor } })).body['code'],
    ).toBe('callback.signature_mismatch');
  });

  test('many callbacks at once fetch the key once', async () => {
    const before = keyFetches;
    const url = entry.keyUrl('/key-1.pem');
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => send({ headers: { 'x-oss-pub-key-url': url } })),
    );
    expect(answers.every((answer) => answer.status === 200)).toBe(true);
    expect(keyFetches - before).toBe(1);
  });

  const refusals: [string, Parameters<typeof send>[0], number, string][] = [
    ['no signature', { headers: { authorization: null } }, 403, 'callback.signature_missing'],
    [
      'a signature that is not base64',
      { headers: { authorization: 'Bearer x' } },
      403,
      'callback.signature_malformed',
    ],
    [
      'another body than was signed',
      { headers: { authorization: `${'a'.repeat(170)}A=` } },
      403,
      'callback.signature_mismatch',
    ],
    ['no key URL', { headers: { 'x-oss-pub-key-url': null } }, 403, 'callback.key_url_missing'],
    [
      'a key URL that is not base64',
      { headers: { 'x-oss-pub-key-url': 'http://x' } },
      403,
      'callback.key_url_malformed',
    ],
    [
      'a key from a foreign host',
      { headers: { 'x-oss-pub-key-url': Buffer.from('http://evil.example/key.pem').toString('base64') } },
      403,
      'callback.key_host_forbidden',
    ],
    ['a wrong bucket', { body: goodBody.replace('landfall', 'elsewhere') }, 403, 'callback.bucket_forbidden'],
    ['no bucket where there are two', { body: 'object=a&size=1' }, 400, 'callback.field_missing'],
    ['no object', { body: 'bucket=landfall&size=1' }, 400, 'callback.field_missing'],
    [
      'an absurd size',
      { body: goodBody.replace('size=10', 'size=99999999999999999999') },
      400,
      'callback.field_invalid',
    ],
    ['a negative size', { body: goodBody.replace('size=10', 'size=-1') }, 400, 'callback.field_invalid'],
    ['a NUL in the key', { body: goodBody.replace('a%2Fb', 'a%00b') }, 400, 'callback.field_invalid'],
    ['a duplicated field', { body: `${goodBody}&size=11` }, 400, 'callback.field_duplicated'],
    ['broken percent-encoding', { body: `${goodBody}&y=%zz` }, 400, 'callback.body_malformed'],
    [
      'broken JSON',
      { type: 'application/json', body: '{"bucket":"landfall",' },
      400,
      'callback.body_malformed',
    ],
    ['another content type', { type: 'text/plain' }, 415, 'callback.body_type_unsupported'],
  ];
  test.each(refusals)('%s is refused by code, and nothing is stored', async (_, request, status, code) => {
    const before = await entry.storedIds();
    const refused = await send(request);
    expect(refused).toMatchObject({
      status,
      type: expect.stringMatching(/^application\/problem\+json/),
      body: { code, status },
    });
    expect(typeof refused.body['detail']).toBe('string');
    expect(await entry.storedIds()).toEqual(before);
  });

  const badKeys: [string, string][] = [
    ['a key server that does not answer', '/slow.pem'],
    ['a key server that redirects', '/moved.pem'],
    ['a key that is too large', '/huge.pem'],
    ['a key that is not there', '/gone.pem'],
  ];
  test.each(badKeys)('%s is a refusal within its time limit', async (_, path) => {
    const refused = await send({ headers: { 'x-oss-pub-key-url': entry.keyUrl(path) } });
    expect(refused).toMatchObject({ status: 503, body: { code: 'callback.key_unavailable' } });
  });

  test('strangers who name many keys cannot push out the one that signatures hold with', async () => {
    expect((await send()).status).toBe(200);
    for (let other = 2; other < 20; other += 1) {
      const headers = {
        'x-oss-pub-key-url': entry.keyUrl(`/key-${other}.pem`),
        authorization: Buffer.alloc(128).toString('base64'),
      };
      expect((await send({ headers })).body['code']).toBe('callback.signature_mismatch');
    }
    const before = keyFetches;
    expect((await send()).status).toBe(200);
    expect(keyFetches).toBe(before);
    expect((await send({ headers: { 'x-oss-pub-key-url': entry.keyUrl('/key.pem?1') } })).body['code']).toBe(
      'callback.key_url_malformed',
    );
  });

  test('a body over the limit is refused before it is read', async () => {
    // Only the head is sent: the answer has to come from the length that it announces.
    const announcing = request(`${api.url}/callbacks/oss`, {
      method: 'POST',
      headers: { 'content-type': formType, 'content-length': 10_000_000 },
    });
    announcing.flushHeaders();
    const [answer] = (await once(announcing, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(413);
    expect(JSON.parse((await answer.toArray()).join(''))).toMatchObject({ code: 'request.too_large' });
    announcing.destroy();
    expect((await send()).status).toBe(200);
  });

  test('a body that never ends is not waited for', async () => {
    const dripping = request(`${api.url}/callbacks/oss`, {
      method: 'POST',
      headers: { 'content-type': formType, 'content-length': 100 },
    });
    dripping.write('bucket=');
    const [answer] = (await once(dripping, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(408);
    dripping.destroy();
  });

  test('a wrong method is told which one is right', async () => {
    const refused = await send({ method: 'GET' });
    expect(refused).toMatchObject({ status: 405, body: { code: 'request.method_not_allowed' } });
    expect(refused.answer.headers.get('allow')).toBe('POST');
  });

  test('a path that looks like a pattern of the router is not found, and no fault of ours', async () => {
    for (const target of ['/callbacks/oss*a=%20b&c', '/callbacks/*', '/:id', '/callbacks/oss/*/x']) {
      expect(await send({ target })).toMatchObject({ status: 404, body: { code: 'request.not_found' } });
    }
  });

  test('ten thousand callbacks that nobody vouches for cost a bounded number of rows and lines, and hold up no others', async () => {
    const secret = 'a-secret-of-the-callback-url';
    const limit = 500;
    const limited = await entry.startApi({
      ...timeLimit,
      CALLBACK_URL_SECRETS: secret,
      CALLBACK_UNPROVEN_PER_MINUTE: String(limit),
    });
    const post = async (target: string, key: string, bucket = 'landfall') => {
      const body = `bucket=landfall&object=${key}&user_id=attacker`;
      const answer = await fetch(`${limited.url}${target}`, {
        method: 'POST',
        headers: {
          'content-type': formType,
          authorization: entry.sign(target, body),
          'x-oss-pub-key-url': entry.keyUrl(),
          'x-oss-bucket': bucket,
        },
        body,
      });
      await answer.arrayBuffer();
      return answer.status;
    };
    const before = (await entry.storedIds()).length;
    const answers = new Map<number, number>();
    for (let sent = 0; sent < 10_000; sent += 100) {
      const statuses = await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          post(callbackPath, `flood/${sent + index}`, index % 2 ? 'landfall' : 'stranger'),
        ),
      );
      for (const status of statuses) answers.set(status, (answers.get(status) ?? 0) + 1);
    }
    expect([...answers.keys()].toSorted()).toEqual([200, 503]);
    expect(await post(`${callbackPath}/${secret}`, 'true.jpg')).toBe(200);
    // A minute may have begun anew once or twice meanwhile.
    expect((await entry.storedIds()).length - before).toBeLessThanOrEqual(3 * (limit + limit / 100) + 1);
    expect(limited.output().split('\n').length).toBeLessThan(200);
    const metrics = await (await fetch(`${limited.managementUrl}/metrics`)).text();
    const counted = (result: string) =>
      Number(
        new RegExp(`landfall_unproven_callbacks_total\\{result="${result}"\\} (\\d+)`).exec(metrics)?.[1],
      );
    expect([counted('taken'), counted('refused')]).toEqual([answers.get(200), answers.get(503)]);
  });

  test('metrics count callbacks by outcome, and tell of batches, commits and keys', async () => {
    const metrics = await (await fetch(`${api.managementUrl}/metrics`)).text();
    expect(metrics).toMatch(/landfall_callbacks_total\{code="ok"\} \d+/);
    expect(metrics).toMatch(/landfall_callbacks_total\{code="callback.signature_mismatch"\} \d+/);
    expect(metrics).toMatch(/landfall_callback_batch_size_count \d+/);
    expect(metrics).toMatch(/landfall_callback_commit_seconds_count \d+/);
    expect(metrics).toMatch(/landfall_callback_keys_total\{result="cached"\} \d+/);
  });

  describe('with a pinned key, a path prefix, a default bucket and own field names', () => {
    let folder: string;
    let settled: AppProcess;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'landfall-key-'));
      const file = join(folder, 'key.pem');
      await writeFile(file, entry.pem);
      settled = await entry.startApi({
        ...timeLimit,
        CALLBACK_KEY_HOSTS: 'localhost:1',
        CALLBACK_PUBLIC_KEY_FILE: file,
        CALLBACK_PATH_PREFIX: '/media',
        CALLBACK_DEFAULT_BUCKET: 'landfall',
        CALLBACK_FIELD_NAMES: 'object=path,size=length',
      });
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    const sendTo = async (signedTarget: string, body: string) => {
      const answer = await fetch(`${settled.url}/callbacks/oss`, {
        method: 'POST',
        headers: {
          'content-type': formType,
          authorization: entry.sign(signedTarget, body),
        },
        body,
      });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    };

    test('no key is fetched, the prefix is part of what is signed, and only the object is needed', async () => {
      const before = keyFetches;
      expect(await sendTo('/media/callbacks/oss', 'path=only.jpg')).toMatchObject({
        status: 200,
        body: { status: 'stored' },
      });
      expect(await sendTo('/media/callbacks/oss', 'path=sized.jpg&length=12')).toMatchObject({ status: 200 });
      expect(await sendTo('/callbacks/oss', 'path=only.jpg')).toMatchObject({
        status: 403,
        body: { code: 'callback.signature_mismatch' },
      });
      expect(keyFetches).toBe(before);
      // The prefix is set, and this callback was signed without it: the log says so, whatever key the request named.
      const line = await eventually(() =>
        settled
          .output()
          .split('\n')
          .find((text) => text.includes('callback refused')),
      );
      expect(line).toMatch(/the key of CALLBACK_PUBLIC_KEY_FILE/);
      expect(line).toMatch(/CALLBACK_PATH_PREFIX=\/media is set/);
    });
  });

  test('nothing is logged that could be used again: no signature and no key URL', () => {
    expect(api.output()).not.toMatch(/[A-Za-z0-9+/]{80,}/);
  });
});
