import { createHmac, randomUUID } from 'node:crypto';
import { IdempotencyKeys, type KeyedRequest, removeOldKeys } from '#idempotency';
import { developmentSecrets, LandfallError } from '#runtime';
import { type AppProcess, eventually, startApp, testDatabase, type TestDatabase } from '#testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiEnv } from './api-env.fixture.js';

const secret = 'a-secret-of-a-test-0123456789abcdef';
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const count = async (table: string): Promise<number> => {
  const [row]: [{ n: number }] = await database.source.query(`SELECT count(*)::int AS n FROM ${table}`);
  return row.n;
};

describe('a key', () => {
  const keysOf = (words = secret) => new IdempotencyKeys(database.source, words);
  const request = (more: Partial<KeyedRequest> = {}): KeyedRequest => ({
    client: 'Bearer one',
    key: randomUUID(),
    method: 'POST',
    url: '/v1/things',
    body: Buffer.from('{"a": 1}'),
    ...more,
  });
  const never = () => Promise.reject(new Error('done twice'));

  test('has work done once, and gets the same answer after that', async () => {
    const one = request();
    const answer = { id: 'x', secret: 'ü 目录', list: [1, null, { b: 0.5 }] };
    expect(await keysOf().once(one, async () => answer)).toEqual({ answer, isRepeated: false });
    expect(await keysOf().once(one, never)).toEqual({ answer, isRepeated: true });
    // In quotes, as the draft writes it, it is the same key.
    expect(await keysOf().once({ ...one, key: `"${one.key}"` }, never)).toMatchObject({ isRepeated: true });
  });

  test.each<[string, Partial<KeyedRequest>]>([
    ['body', { body: Buffer.from('{"a": 2}') }],
    ['body of other spaces', { body: Buffer.from('{"a":1}') }],
    ['address', { url: '/v1/things?b=1' }],
    ['method', { method: 'PUT' }],
    ['cut between address and body', { url: '/v1/things{', body: Buffer.from('"a": 1}') }],
  ])('is refused for another %s', async (_, more) => {
    const one = request();
    await keysOf().once(one, async () => 1);
    await expect(keysOf().once({ ...one, ...more }, never)).rejects.toMatchObject({
      code: 'idempotency.key_reused',
    });
  });

  test('of another client, or by another secret, is another key', async () => {
    const one = request();
    await keysOf().once(one, async () => 1);
    expect(await keysOf().once({ ...one, client: 'Bearer two' }, async () => 2)).toMatchObject({ answer: 2 });
    expect(await keysOf(`${secret}-2`).once(one, async () => 3)).toMatchObject({ answer: 3 });
  });

  test('lets one of many requests at once do the work; the others are told to come again', async () => {
    const one = request();
    let done = 0;
    let refused = 0;
    const allRefused = Promise.withResolvers<void>();
    const refusals = Array.from({ length: 20 }, () =>
      keysOf()
        .once(one, async () => {
          await allRefused.promise;
          done += 1;
          return done;
        })
        .then(
          () => null,
          (error: LandfallError) => {
            refused += 1;
            if (refused === 19) allRefused.resolve();
            return error.code;
          },
        ),
    );
    expect(new Set(await Promise.all(refusals))).toEqual(new Set([null, 'idempotency.key_in_use']));
    expect(done).toBe(1);
    expect(await keysOf().once(one, never)).toEqual({ answer: 1, isRepeated: true });
  });

  test('is free again when the work fails', async () => {
    const one = request();
    const refusal = new LandfallError('request.invalid', 'no');
    await expect(keysOf().once(one, () => Promise.reject(refusal))).rejects.toBe(refusal);
    const other = { ...one, body: Buffer.from('{}') };
    expect(await keysOf().once(other, async () => 'ok')).toEqual({ answer: 'ok', isRepeated: false });
  });

  test('whose process died is free after 30 seconds, and what comes late does not overwrite the answer', async () => {
    const one = request();
    const late = Promise.withResolvers<string>();
    const working = Promise.withResolvers<void>();
    const dying = keysOf().once(one, () => {
      working.resolve();
      return late.promise;
    });
    await working.promise;
    await expect(keysOf().once(one, never)).rejects.toMatchObject({ code: 'idempotency.key_in_use' });
    const passed = (seconds: number) =>
      database.source.query(
        `UPDATE idempotency_keys SET claimed_until = claimed_until - make_interval(secs => $1) WHERE answer IS NULL`,
        [seconds],
      );
    await passed(25);
    await expect(keysOf().once(one, never)).rejects.toMatchObject({ code: 'idempotency.key_in_use' });
    await passed(5.1);
    expect(await keysOf().once(one, async () => 'second')).toMatchObject({ answer: 'second' });
    late.resolve('first');
    await expect(dying).rejects.toMatchObject({ code: 'idempotency.key_in_use' });
    expect(await keysOf().once(one, never)).toMatchObject({ answer: 'second' });
  });

  test('is forgotten after a day, by who asks and by the sweep, page by page', async () => {
    const one = request();
    await keysOf().once(one, async () => 'old');
    const age = (hours: number, where = 'true') =>
      database.source.query(
        `UPDATE idempotency_keys SET created_at = now() - make_interval(hours => $1) WHERE ${where}`,
        [hours],
      );
    await age(23);
    expect(await keysOf().once(one, never)).toMatchObject({ answer: 'old' });
    await age(25);
    expect(await keysOf().once(one, async () => 'new')).toMatchObject({ answer: 'new' });
    const fresh = await count(`idempotency_keys WHERE created_at > now() - interval '1 day'`);
    await database.source.query(
      `INSERT INTO idempotency_keys (id, fingerprint, claim, claimed_until, created_at)
       SELECT gen_random_uuid(), '', gen_random_uuid(), now(), now() - interval '25 hours' FROM generate_series(1, 1200)`,
    );
    const old = await count(`idempotency_keys WHERE created_at < now() - interval '1 day'`);
    expect(await removeOldKeys(database.source, new AbortController().signal)).toBe(old);
    expect(await count('idempotency_keys')).toBe(fresh);
  });

  test('tells nothing to who reads the table', async () => {
    const one = request({ key: 'order-4711' });
    const answer = { token: 'a-secret-token', more: 'a-secret-token'.repeat(50) };
    await keysOf().once(one, async () => answer);
    const rows: { row: string }[] = await database.source.query(
      `SELECT id::text || ' ' || encode(fingerprint, 'escape') || ' ' || encode(answer, 'escape') AS row FROM idempotency_keys
       WHERE answer IS NOT NULL`,
    );
    for (const { row } of rows)
      for (const word of ['4711', 'secret', 'Bearer']) expect(row).not.toContain(word);
    const bare = createHmac('sha256', secret).update('order-4711').digest('hex');
    expect(rows.some(({ row }) => row.includes(bare.slice(0, 8)))).toBe(false);
  });

  test('whose answer was changed in the table is refused, and not answered with something else', async () => {
    const one = request();
    await keysOf().once(one, async () => 'mine');
    await database.source.query(
      `UPDATE idempotency_keys SET answer = set_byte(answer, length(answer) - 1, get_byte(answer, length(answer) - 1) # 1)
       WHERE created_at = (SELECT max(created_at) FROM idempotency_keys)`,
    );
    await expect(keysOf().once(one, never)).rejects.toThrow('authenticate');
  });

  test('refuses to keep an answer without measure, and is free again', async () => {
    const one = request();
    const long = 'x'.repeat(131_072);
    await expect(keysOf().once(one, async () => long)).rejects.toThrow(RangeError);
    expect(await keysOf().once(one, async () => 'short')).toMatchObject({ answer: 'short' });
  });

  test.each(['', ' ', '""', 'a b', 'a,b', 'a, a', 'é', 'a\tb', 'a"b', 'x'.repeat(256)])(
    '%j is none',
    async (key) => {
      await expect(keysOf().once(request({ key }), never)).rejects.toMatchObject({
        code: 'idempotency.key_invalid',
      });
    },
  );
});

describe('POST /v1/tickets with Idempotency-Key', () => {
  let api: AppProcess;
  beforeAll(async () => {
    api = await startApp('api', apiEnv(database.url));
  });
  afterAll(() => api.end());

  const post = async (
    key: string | null,
    body: unknown = { fileName: 'cat.jpg', vars: { user_id: '42' } },
  ) => {
    const answer = await fetch(`${api.url}/v1/tickets`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${developmentSecrets.apiKey}`,
        'content-type': 'application/json',
        ...(key === null ? {} : { 'idempotency-key': key }),
      },
      body: JSON.stringify(body),
    });
    const { headers, status } = answer;
    return { status, headers, text: await answer.text() };
  };

  test('issues one ticket, and answers it byte by byte the same when asked again', async () => {
    const before = await count('tickets');
    const key = randomUUID();
    const first = await post(key);
    const second = await post(key);
    expect(first.status).toBe(201);
    expect(second).toMatchObject({ status: 201, text: first.text });
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'));
    expect(await count('tickets')).toBe(before + 1);
    expect((await post(null)).text).not.toBe(first.text);
  });

  test('refuses another body by its code, and a request that is refused uses no key up', async () => {
    const key = randomUUID();
    const invalid = await post(key, { fileName: 7 });
    expect([invalid.status, JSON.parse(invalid.text)]).toMatchObject([400, { code: 'request.invalid' }]);
    expect((await post(key)).status).toBe(201);
    const other = await post(key, { fileName: 'dog.jpg' });
    expect([other.status, JSON.parse(other.text)]).toMatchObject([422, { code: 'idempotency.key_reused' }]);
    const none = await post('a b');
    expect([none.status, JSON.parse(none.text)]).toMatchObject([400, { code: 'idempotency.key_invalid' }]);
  });

  test('answers 409 while the first request is at it, and lets a new process do what a killed one did not', async () => {
    const key = randomUUID();
    const other = await startApp('api', apiEnv(database.url));
    const before = await count('tickets');
    await database.source.transaction(async (manager) => {
      await manager.query('SET LOCAL idle_in_transaction_session_timeout = 0');
      // Nobody can issue a ticket now.
      await manager.query('LOCK TABLE tickets IN EXCLUSIVE MODE');
      const dying = fetch(`${other.url}/v1/tickets`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${developmentSecrets.apiKey}`,
          'content-type': 'application/json',
          'idempotency-key': key,
        },
        body: JSON.stringify({ fileName: 'cat.jpg', vars: { user_id: '42' } }),
      });
      const ended = dying.then(
        () => 'answered',
        () => 'died',
      );
      await eventually(async () =>
        (await count('idempotency_keys WHERE answer IS NULL')) > 0 ? true : undefined,
      );
      const refused = await post(key);
      expect([refused.status, JSON.parse(refused.text)]).toMatchObject([
        409,
        { code: 'idempotency.key_in_use' },
      ]);
      expect(refused.headers.get('retry-after')).toBe('1');
      await other.end('SIGKILL');
      expect(await ended).toBe('died');
      // Its statement, which waits in Postgres, must not be done after all.
      await manager.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock' AND query ILIKE 'INSERT INTO "tickets"%'`,
      );
    });
    expect((await post(key)).status).toBe(409);
    await database.source.query('UPDATE idempotency_keys SET claimed_until = now() WHERE answer IS NULL');
    expect((await post(key)).status).toBe(201);
    expect(await count('tickets')).toBe(before + 1);
  });
});
