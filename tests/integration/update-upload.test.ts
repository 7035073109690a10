import { createLogger, developmentSecrets } from '#runtime';
import { type AppProcess, startApp, testDatabase, type TestDatabase } from '#testing';
import { deleteUpload, UploadRegistry } from '#uploads';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { apiEnv } from './api-env.fixture.js';

const settings = { batchMax: 100, waitingMax: 1_000, commitTimeoutMs: 5_000, sweepAfterMs: 60_000 };

let database: TestDatabase;
let api: AppProcess;
let registry: UploadRegistry;
let id: string;
let landings = 0;

beforeAll(async () => {
  database = await testDatabase();
  registry = new UploadRegistry(database.pool, settings, createLogger('test', 'silent'));
  api = await startApp('api', apiEnv(database.url));
});
beforeEach(async () => {
  landings += 1;
  const landed = await registry.register({
    bucket: 'landfall',
    objectKey: `${landings}.jpg`,
    etag: 'D41D8CD98F00B204E9800998ECF8427E',
    sizeBytes: 1,
    mimeType: null,
    imageInfo: null,
    vars: { user_id: '42' },
    claimedVars: null,
    source: 'callback',
    proof: 'url',
    ticketId: null,
    requestId: null,
  });
  id = landed.id;
});
afterAll(async () => {
  await api.end();
  await registry.close();
  await database[Symbol.asyncDispose]();
});

async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(`${api.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${developmentSecrets.apiKey}`,
      'content-type': 'application/json',
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const tag = answer.headers.get('etag') ?? '';
  return { status: answer.status, tag, body: (await answer.json()) as Record<string, unknown> };
}
const patch = (body: unknown, type = 'application/json') =>
  send('PATCH', `/v1/uploads/${id}`, body, { 'content-type': type });
const idsOf = async (query: string) =>
  ((await send('GET', `/v1/uploads?${query}`)).body['items'] as { id: string }[]).map((one) => one.id);

describe('PATCH /v1/uploads/{id}', () => {
  test('sets what is given, leaves the rest, and removes by null', async () => {
    const first = await patch({
      title: 'Cat',
      tags: ['pets', 'cats', 'pets'],
      labels: { a: '1', 'b.c': '' },
    });
    expect(first).toMatchObject({
      status: 200,
      body: { id, title: 'Cat', tags: ['pets', 'cats'], labels: { a: '1', 'b.c': '' } },
    });
    const second = await patch({ labels: { a: null, d: 'x' } }, 'application/merge-patch+json');
    expect(second.body).toMatchObject({
      title: 'Cat',
      tags: ['pets', 'cats'],
      labels: { 'b.c': '', d: 'x' },
    });
    const third = await patch({ title: null, tags: null, labels: null });
    expect(third.body).toMatchObject({ title: null, tags: [], labels: {} });
    expect((await send('GET', `/v1/uploads/${id}`)).body).toEqual(third.body);
  });

  test('keeps them apart from the vars of the callback', async () => {
    const { body } = await patch({ labels: { user_id: '43' } });
    expect(body).toMatchObject({ vars: { user_id: '42' }, labels: { user_id: '43' } });
    expect(await idsOf('var.user_id=43')).toEqual([]);
    expect(await idsOf('label.user_id=42')).toEqual([]);
    expect(await idsOf('label.user_id=43')).toEqual([id]);
  });

  test('is recorded in the log, after that it landed', async () => {
    await patch({ title: 'Cat', labels: { a: '1' } });
    await patch({ tags: ['pets'] });
    const events: { type: string; data: { upload: object } }[] = await database.source.query(
      'SELECT type, data FROM events WHERE upload_id = $1 ORDER BY sequence',
      [id],
    );
    expect(events.map(({ type }) => type)).toEqual(['upload.stored', 'upload.updated', 'upload.updated']);
    expect(events.at(-1)?.data.upload).toMatchObject({
      id,
      title: 'Cat',
      tags: ['pets'],
      labels: { a: '1' },
    });
  });

  test('what changes nothing is neither written nor recorded', async () => {
    const { body: before } = await patch({ title: 'T', tags: ['a'], labels: { a: '1' } });
    const rowOf = () =>
      database.source.query(
        `SELECT xmin, updated_at, (SELECT count(*) FROM events WHERE upload_id = $1) AS events
         FROM uploads WHERE id = $1`,
        [id],
      );
    const row: unknown = await rowOf();
    for (const same of [
      {},
      { title: 'T' },
      { tags: ['a', 'a'] },
      { labels: { a: '1', b: null } },
      { labels: {} },
    ])
      expect((await patch(same)).body).toEqual(before);
    expect(await rowOf()).toEqual(row);
    expect((await patch({ title: 'U' })).body['updatedAt']).not.toBe(before['updatedAt']);
  });

  test('changes that come at once are all kept', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `n${index}`);
    const answers = await Promise.all(names.map((name) => patch({ labels: { [name]: name } })));
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200));
    const { body } = await send('GET', `/v1/uploads/${id}`);
    expect(body['labels']).toEqual(Object.fromEntries(names.map((name) => [name, name])));
  });

  test('lists are narrowed by tags, all of those given, and by labels', async () => {
    await patch({ tags: ['red & blue', 'shared'], labels: { album: `it's "1"` } });
    const other = id;
    expect(await idsOf(`tag=${encodeURIComponent('red & blue')}`)).toEqual([other]);
    expect(await idsOf(`tag=shared&tag=${encodeURIComponent('red & blue')}`)).toEqual([other]);
    expect(await idsOf('tag=shared&tag=other')).toEqual([]);
    expect(await idsOf(`label.album=${encodeURIComponent(`it's "1"`)}`)).toEqual([other]);
    expect(await idsOf('label.album=it')).toEqual([]);
  });

  test('the indexes serve these filters', async () => {
    await database.source.transaction(async (manager) => {
      await manager.query('SET LOCAL enable_seqscan = off');
      await manager.query('SET LOCAL enable_indexscan = off');
      const plan = async (where: string) =>
        JSON.stringify(await manager.query(`EXPLAIN SELECT id FROM uploads AS u WHERE ${where}`));
      expect(await plan(`u.tags @> '{a}' AND u.tags <> '{}'`)).toContain('uploads_tags');
      expect(await plan(`u.labels @> '{"a": "1"}' AND u.labels <> '{}'`)).toContain('uploads_labels');
    });
  });

  test('an upload holds 20 labels, and refuses more as a whole', async () => {
    const twenty = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [`n${index}`, 'x'.repeat(256)]),
    );
    expect((await patch({ labels: twenty })).status).toBe(200);
    expect(await patch({ title: 'T', labels: { more: '1' } })).toMatchObject({
      status: 422,
      body: { code: 'upload.labels_exceeded' },
    });
    const swapped = await patch({ labels: { n0: null, more: '1' } });
    expect(swapped).toMatchObject({ status: 200, body: { title: null } });
    expect(Object.keys(swapped.body['labels'] as object)).toHaveLength(20);
  });

  test.each<[unknown, string]>([
    [{ title: '' }, 'title'],
    [{ title: 'x'.repeat(256) }, 'title'],
    [{ title: 'a\nb' }, 'title'],
    [{ title: 7 }, 'title'],
    [{ tags: 'pets' }, 'tags'],
    [{ tags: [''] }, 'tags.0'],
    [{ tags: ['x'.repeat(65)] }, 'tags.0'],
    [{ tags: ['a\0'] }, 'tags.0'],
    [{ tags: [null] }, 'tags.0'],
    [{ tags: Array.from({ length: 51 }, (_, index) => `t${index}`) }, 'tags'],
    [{ labels: [] }, 'labels'],
    [{ labels: { 'a b': '1' } }, 'labels'],
    [{ labels: { [`a${'b'.repeat(63)}`]: '1' } }, 'labels'],
    [{ labels: { '-a': '1' } }, 'labels'],
    [{ labels: { a: 1 } }, 'labels.a'],
    [{ labels: { a: { b: '1' } } }, 'labels.a'],
    [{ labels: { a: 'x'.repeat(257) } }, 'labels.a'],
    ['{"labels": {"a": "\\u0000"}}', 'labels.a'],
    ['{"title": "\\ud800"}', 'title'],
    [{ vars: { a: '1' } }, 'vars'],
    [{ status: 'ready' }, 'status'],
    [[], ''],
    ['null', ''],
    ['{"title": ', ''],
    ['', ''],
  ])('%j is refused, with what is wrong', async (body, field) => {
    const answer = await patch(body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
    expect(String(answer.body['detail'])).toContain(field);
    expect((await send('GET', `/v1/uploads/${id}`)).body).toMatchObject({
      title: null,
      tags: [],
      labels: {},
    });
  });

  test.each(['__proto__', 'constructor', 'prototype'])(
    '%s, which stands for a part of objects, is no name',
    async (name) => {
      expect(await patch(`{"labels": {"${name}": "1", "a": "3"}}`)).toMatchObject({
        status: 400,
        body: { code: 'request.invalid' },
      });
    },
  );

  test('other content types, ids that are none, uploads that are not there and deleted ones are refused', async () => {
    expect((await patch('title=T', 'application/x-www-form-urlencoded')).status).toBe(400);
    expect((await patch([], 'application/json-patch+json')).status).toBe(400);
    expect((await send('PATCH', '/v1/uploads/17', {})).status).toBe(400);
    const nobody = await send('PATCH', '/v1/uploads/00000000-0000-7000-8000-000000000000', { title: 'T' });
    expect(nobody).toMatchObject({ status: 404, body: { code: 'upload.not_found' } });
    await deleteUpload(database.source, id, { renditionPrefix: 'renditions/', urlLifetimeMs: 0 });
    expect(await patch({ title: 'T' })).toMatchObject({ status: 404, body: { code: 'upload.not_found' } });
    const open = await fetch(`${api.url}/v1/uploads/${id}`, { method: 'PATCH', body: '{}' });
    expect(open.status).toBe(401);
  });

  test.each(['label.=1', 'label=1', 'tag=a%00', 'label.a=1&label.a=2', `${'tag=a&'.repeat(11)}limit=1`])(
    'a list by %s is refused',
    async (query) => {
      expect(await send('GET', `/v1/uploads?${query}`)).toMatchObject({
        status: 400,
        body: { code: 'request.invalid' },
      });
    },
  );
});

describe('If-Match', () => {
  const change = (method: string, ifMatch: string, body?: object) =>
    send(method, `/v1/uploads/${id}`, body, { 'if-match': ifMatch });
  const read = () => send('GET', `/v1/uploads/${id}`);

  test('a change is made of what is as it was read, and its answer has the tag for the next', async () => {
    const { tag } = await read();
    const first = await change('PATCH', tag, { title: 'A' });
    expect(first).toMatchObject({ status: 200, body: { title: 'A' } });
    expect(first.tag).toBe((await read()).tag);
    const second = await change('PATCH', `"other", ${first.tag.slice(2)}`, { title: 'B' });
    expect(second).toMatchObject({ status: 200, body: { title: 'B' } });
    expect(await change('DELETE', '*')).toMatchObject({ status: 200, body: { status: 'deleted' } });
  });

  test('of changes that come at once with the same tag, one is made', async () => {
    const { tag } = await read();
    const titles = Array.from({ length: 10 }, (_, index) => `T${index}`);
    const answers = await Promise.all(titles.map((title) => change('PATCH', tag, { title })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...titles.slice(1).map(() => 412)]);
    const made = answers.find(({ status }) => status === 200);
    expect((await read()).body['title']).toBe(made?.body['title']);
  });

  test('the lifetime of URLs is no change', async () => {
    await database.source.query(
      `INSERT INTO rendition_versions (id, upload_id, name, kind, position, spec, spec_hash, job, status, object_key)
       VALUES ($1, $1, 'thumb', 'image', 0, '{}', 'hash', 'process', 'ready', 'renditions/thumb.webp')`,
      [id],
    );
    const { tag } = await read();
    expect(tag).toMatch(/^W\/"[\w-]{27}\.\w+"$/);
    const older = tag.replace(/\.\w+/, '.1');
    expect(await change('PATCH', older, { title: 'A' })).toMatchObject({ status: 200 });
    expect(await change('PATCH', older, { title: 'B' })).toMatchObject({ status: 412 });
  });

  test.each(['W/"other"', 'nonsense', '', '"', 'W/"*"', `W/"${'x'.repeat(4_000)}"`])(
    'nothing is done for %s',
    async (ifMatch) => {
      const { body: before } = await read();
      for (const refused of [await change('PATCH', ifMatch, { title: 'A' }), await change('DELETE', ifMatch)])
        expect(refused).toMatchObject({ status: 412, tag: '', body: { code: 'upload.changed' } });
      expect((await read()).body).toEqual(before);
    },
  );

  test('what is not there is not found, whatever the tag', async () => {
    const nobody = '/v1/uploads/00000000-0000-7000-8000-000000000000';
    for (const method of ['PATCH', 'DELETE'])
      expect(
        await send(method, nobody, method === 'PATCH' ? {} : undefined, { 'if-match': '*' }),
      ).toMatchObject({ status: 404, body: { code: 'upload.not_found' } });
  });
});
