import { randomUUID } from 'node:crypto';
import { createLogger, developmentSecrets } from '#runtime';
import { type AppProcess, startApp, testDatabase, type TestDatabase } from '#testing';
import { type Landing, UploadReader, UploadRegistry } from '#uploads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiEnv } from './api-env.fixture.js';

const settings = { batchMax: 100, waitingMax: 1_000, commitTimeoutMs: 5_000, sweepAfterMs: 60_000 };

interface Item {
  id: string;
  bucket: string;
  objectKey: string;
  kind: string | null;
  status: string;
  vars: Record<string, string>;
  createdAt: string;
}

describe('the query API', () => {
  let database: TestDatabase;
  let api: AppProcess;
  const ids: string[] = [];

  beforeAll(async () => {
    database = await testDatabase();
    const registry = new UploadRegistry(database.pool, settings, createLogger('test', 'silent'));
    for (let index = 0; index < 25; index += 1) {
      const landing: Landing = {
        bucket: index % 5 === 0 ? 'other' : 'landfall',
        objectKey: `${index % 2 ? 'a_b' : 'axb'}/${index}.jpg`,
        etag: 'D41D8CD98F00B204E9800998ECF8427E',
        sizeBytes: index,
        mimeType: null,
        imageInfo: null,
        vars: { user_id: String(index % 3), note: `it's "${index}" %` },
        claimedVars: null,
        source: 'callback',
        proof: 'url',
        ticketId: null,
        requestId: null,
      };
      ids.push((await registry.register(landing)).id);
    }
    await registry.close();
    await database.source.query(
      `UPDATE uploads SET kind = 'image', status = 'ready', ready_at = now() WHERE size_bytes < 10`,
    );
    api = await startApp('api', {
      ...apiEnv(database.url),
      API_KEYS: `another-long-key,${developmentSecrets.apiKey}`,
    });
  });
  afterAll(async () => {
    await api.end();
    await database[Symbol.asyncDispose]();
  });

  const get = async (path: string, key: string | null = developmentSecrets.apiKey) => {
    const answer = await fetch(`${api.url}${path}`, {
      headers: key ? { authorization: `Bearer ${key}` } : {},
    });
    return {
      status: answer.status,
      body: (await answer.json()) as Record<string, unknown> & { items: Item[]; nextCursor: string | null },
    };
  };
  const keysOf = (items: Item[]) => items.map((item) => item.objectKey);

  test('pages are newest first, whole and without repetition', async () => {
    const seen: string[] = [];
    let path = '/v1/uploads?limit=7';
    for (;;) {
      const { body } = await get(path);
      seen.push(...body.items.map((item) => item.id));
      if (!body.nextCursor) break;
      path = `/v1/uploads?limit=7&cursor=${body.nextCursor}`;
    }
    expect(seen).toEqual(ids.toReversed());
  });

  test('pages go the other way with sort=createdAt, and end where the list ends', async () => {
    const { body: first } = await get('/v1/uploads?sort=createdAt&limit=15');
    const { body: second } = await get(`/v1/uploads?sort=createdAt&limit=15&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids);
    expect(second.nextCursor).toBeNull();
    expect((await get('/v1/uploads?sort=-createdAt&limit=1')).body.items[0]?.id).toBe(ids.at(-1));
  });

  test.each(['status=ready,stored', 'status=ready&status=stored', 'status=stored,ready,ready'])(
    '%s lists the uploads of several states',
    async (query) => {
      expect((await get(`/v1/uploads?${query}`)).body.items).toHaveLength(25);
      expect((await get(`/v1/uploads?${query}&bucket=other`)).body.items).toHaveLength(5);
    },
  );

  test('ids are answered in their order, with what is missing', async () => {
    const unknown = '019ad5f2-0000-7000-8000-000000000000';
    const asked = [ids[7], unknown, ids[3], ids[7]].join(',');
    const { body } = await get(`/v1/uploads?ids=${asked}`);
    expect(body.items.map(({ id }) => id)).toEqual([ids[7], ids[3]]);
    expect(body).toMatchObject({ nextCursor: null, missing: [unknown] });
    expect((await get(`/v1/uploads?ids=${unknown}`)).body).toEqual({
      items: [],
      nextCursor: null,
      missing: [unknown],
    });
  });

  test('ids are answered as a single upload is: deleted ones too, and what one was merged into', async () => {
    const [merged, standing, deleted] = ids;
    await database.source.query(`UPDATE uploads SET status = 'deleted', merged_into = $2 WHERE id = $1`, [
      merged,
      standing,
    ]);
    await database.source.query(`UPDATE uploads SET status = 'deleted' WHERE id = $1`, [deleted]);
    const { body } = await get(
      `/v1/uploads?ids=${merged},${deleted?.toUpperCase()},${standing}&fields=status`,
    );
    expect(body.items).toEqual([
      { id: standing, status: 'ready' },
      { id: deleted, status: 'deleted' },
      { id: standing, status: 'ready' },
    ]);
    await database.source.query(
      `UPDATE uploads SET status = 'ready', merged_into = NULL WHERE id = ANY($1)`,
      [[merged, deleted]],
    );
  });

  test.each([
    ['fields=objectKey,status', ['id', 'objectKey', 'status']],
    ['fields=renditions&fields=warnings', ['id', 'warnings', 'renditions']],
    ['fields=id', ['id']],
    [
      'fields=contradictions,metadata,current,perceptualHash',
      ['id', 'contradictions', 'current', 'metadata', 'perceptualHash'],
    ],
  ])('with %s a list has these fields alone, as without it', async (query, fields) => {
    const { items } = (await get('/v1/uploads?limit=3')).body;
    const { items: partial } = (await get(`/v1/uploads?limit=3&${query}`)).body;
    expect(Object.keys(partial[0] ?? {})).toEqual(fields);
    expect(items).toMatchObject(partial);
  });

  test('filters narrow by bucket, prefix, kind, status and vars', async () => {
    expect((await get('/v1/uploads?bucket=other')).body.items).toHaveLength(5);
    expect(
      keysOf((await get('/v1/uploads?prefix=a_b/')).body.items).every((key) => key.startsWith('a_b/')),
    ).toBe(true);
    expect((await get('/v1/uploads?prefix=a_b/')).body.items).toHaveLength(12);
    expect((await get('/v1/uploads?kind=image')).body.items).toHaveLength(10);
    expect((await get('/v1/uploads?status=stored&bucket=landfall')).body.items).toHaveLength(12);
    expect((await get('/v1/uploads?var.user_id=2')).body.items).toHaveLength(8);
    const note = encodeURIComponent(`it's "4" %`);
    expect(keysOf((await get(`/v1/uploads?var.user_id=1&var.note=${note}`)).body.items)).toEqual([
      'axb/4.jpg',
    ]);
  });

  test('createdAfter includes its moment and createdBefore does not', async () => {
    const { body } = await get(`/v1/uploads/${ids[10]}`);
    const moment = encodeURIComponent(String(body['createdAt']));
    const after = (await get(`/v1/uploads?createdAfter=${moment}`)).body.items.map((item) => item.id);
    const before = (await get(`/v1/uploads?createdBefore=${moment}`)).body.items.map((item) => item.id);
    expect(after).toContain(ids[10]);
    expect(before).not.toContain(ids[10]);
    expect([...after, ...before].toSorted()).toEqual(ids.toSorted());
  });

  test('one upload has every field of the contract', async () => {
    const { body } = await get(`/v1/uploads/${ids[0]}`);
    expect(Object.keys(body)).toEqual(
      (
        'id bucket objectKey etag sizeBytes mimeType imageInfo contradictions vars claimedVars title tags labels proof requestId current ' +
        'supersededBy kind status error warnings pipeline source metadata ' +
        'placeholder perceptualHash renditions createdAt updatedAt readyAt'
      ).split(' '),
    );
  });

  test.each([
    ['/v1/uploads?limit=0', 400, 'request.invalid'],
    ['/v1/uploads?limit=201', 400, 'request.invalid'],
    ['/v1/uploads?limit=ten', 400, 'request.invalid'],
    ['/v1/uploads?status=done', 400, 'request.invalid'],
    ['/v1/uploads?colour=red', 400, 'request.invalid'],
    ['/v1/uploads?createdAfter=yesterday', 400, 'request.invalid'],
    ['/v1/uploads?bucket=a&bucket=b', 400, 'request.invalid'],
    ['/v1/uploads?var.a=b&var.a=c', 400, 'request.invalid'],
    ['/v1/uploads?status=ready,done', 400, 'request.invalid'],
    ['/v1/uploads?status=', 400, 'request.invalid'],
    ['/v1/uploads?sort=sizeBytes', 400, 'request.invalid'],
    ['/v1/uploads?sort=createdAt&sort=createdAt', 400, 'request.invalid'],
    ['/v1/uploads?fields=everything', 400, 'request.invalid'],
    ['/v1/uploads?fields=', 400, 'request.invalid'],
    ['/v1/uploads?fields=__proto__', 400, 'request.invalid'],
    ['/v1/uploads?ids=', 400, 'request.invalid'],
    ['/v1/uploads?ids=17', 400, 'request.invalid'],
    [`/v1/uploads?ids=${Array.from({ length: 101 }, () => randomUUID()).join()}`, 400, 'request.invalid'],
    ['/v1/uploads?ids=00000000-0000-7000-8000-000000000000&status=ready', 400, 'request.invalid'],
    ['/v1/uploads?ids=00000000-0000-7000-8000-000000000000&limit=1', 400, 'request.invalid'],
    ['/v1/uploads?ids=00000000-0000-7000-8000-000000000000&var.a=b', 400, 'request.invalid'],
    ['/v1/uploads?similarTo=00000000-0000-7000-8000-000000000000&sort=createdAt', 400, 'request.invalid'],
    ['/v1/uploads?cursor=!!!', 400, 'request.cursor_invalid'],
    ['/v1/uploads?similarTo=17', 400, 'request.invalid'],
    ['/v1/uploads?distance=3', 400, 'request.invalid'],
    ['/v1/uploads?similarTo=00000000-0000-7000-8000-000000000000&distance=12', 400, 'request.invalid'],
    ['/v1/uploads?similarTo=00000000-0000-7000-8000-000000000000', 404, 'upload.not_found'],
    ['/v1/uploads/17', 400, 'request.invalid'],
    ['/v1/uploads/00000000-0000-7000-8000-000000000000', 404, 'upload.not_found'],
    ['/v1/nothing', 404, 'request.not_found'],
  ])('%s is refused by code', async (path, status, code) => {
    expect(await get(path)).toMatchObject({ status, body: { code, status } });
  });

  test('a list that takes too long is given up and told by its code', async () => {
    await database.source.transaction(async (holder) => {
      await holder.query('LOCK TABLE uploads IN ACCESS EXCLUSIVE MODE');
      const list = database.source.transaction(async (manager) => {
        await manager.query('SET LOCAL statement_timeout = 100');
        return new UploadReader(manager).list({}, { limit: 1 });
      });
      await expect(list).rejects.toMatchObject({ code: 'uploads.too_many' });
    });
  });

  test('an API key is needed, any of the configured ones', async () => {
    expect(await get('/v1/uploads', null)).toMatchObject({ status: 401, body: { code: 'auth.key_missing' } });
    expect(await get('/v1/uploads', 'wrong')).toMatchObject({
      status: 401,
      body: { code: 'auth.key_invalid' },
    });
    expect((await get('/v1/uploads', 'another-long-key')).status).toBe(200);
  });

  test('health needs no key, and nothing documents the API to strangers unless it is asked to', async () => {
    expect(await get('/health/live', null)).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await get('/health/ready', null)).toMatchObject({ status: 200, body: { status: 'ok' } });
    for (const path of ['/docs', '/docs-json', '/docs-yaml', '/metrics'])
      expect(await get(path, null)).toMatchObject({ status: 404, body: { code: 'request.not_found' } });
  });
});
