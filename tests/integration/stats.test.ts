import { developmentSecrets, firstIdOf, newId } from '#runtime';
import { type AppProcess, eventually, startApp, testDatabase, type TestDatabase } from '#testing';
import { countUploads, Upload } from '#uploads';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { apiEnv } from './api-env.fixture.js';

interface Amounts {
  count: number;
  bytes: number;
}
interface Counts extends Amounts {
  byStatus: (Amounts & { status: string })[];
  byKind: (Amounts & { kind: string | null })[];
  byDay: (Amounts & { day: string })[];
}

let database: TestDatabase;
let api: AppProcess;
beforeAll(async () => {
  database = await testDatabase();
  api = await startApp('api', apiEnv(database.url));
});
beforeEach(() => database.source.query('TRUNCATE uploads CASCADE'));
afterAll(async () => {
  await api.end();
  await database[Symbol.asyncDispose]();
});

let landings = 0;
async function land(time: string, values: Partial<Upload> = {}): Promise<string> {
  landings += 1;
  const createdAt = new Date(time);
  const id = firstIdOf(createdAt.getTime()).slice(0, 13) + newId().slice(13);
  await database.source.getRepository(Upload).insert({
    id,
    bucket: 'landfall',
    objectKey: `${landings}.jpg`,
    etag: String(landings),
    sizeBytes: '100',
    kind: 'image',
    status: 'ready',
    source: 'callback',
    proof: 'url',
    confirmedAt: createdAt,
    sweepAt: createdAt,
    createdAt,
    updatedAt: createdAt,
    ...values,
  });
  return id;
}

async function make(uploadId: string, name: string, status: string, sizeBytes: number | null) {
  await database.source.query(
    `INSERT INTO rendition_versions (id, upload_id, position, name, kind, job, spec, spec_hash, status, size_bytes)
     VALUES ($1, $2, 0, $3, 'image', 'upload.process', '{}', $4, $5, $6)`,
    [newId(), uploadId, name, status, status, sizeBytes],
  );
}

async function ask(query: Record<string, string> = {}) {
  const answer = await fetch(`${api.url}/v1/stats?${new URLSearchParams(query)}`, {
    headers: { authorization: `Bearer ${developmentSecrets.apiKey}` },
  });
  const body = (await answer.json()) as { uploads: Counts; renditions: Counts } & Record<string, unknown>;
  return { status: answer.status, body };
}
/** Ranges are kept: each test asks for a year of its own. */
const year = (number: number) => ({
  createdAfter: `${number}-01-01T00:00:00Z`,
  createdBefore: `${number + 1}-01-01T00:00:00Z`,
});

describe('GET /v1/stats', () => {
  test('counts by status, kind and day of the landing, with what was made', async () => {
    const one = await land('2001-03-01T23:59:59.999Z');
    await land('2001-03-02T00:00:00Z', { status: 'failed', kind: 'video', sizeBytes: '5000000000' });
    await land('2001-03-02T12:00:00Z', { status: 'stored', kind: null, sizeBytes: null });
    await make(one, 'small', 'ready', 10);
    await make(one, 'small', 'pending', null);
    await make(one, 'large', 'failed', null);
    await make(one, 'large', 'retired', 99);
    const { status, body } = await ask(year(2001));
    expect(status).toBe(200);
    expect(body).toMatchObject({ bucket: null, ...isoOf(year(2001)) });
    expect(body.uploads).toMatchObject({ count: 3, bytes: 5_000_000_100 });
    expect(body.uploads.byStatus).toEqual(
      expect.arrayContaining([
        { status: 'ready', count: 1, bytes: 100 },
        { status: 'failed', count: 1, bytes: 5_000_000_000 },
        { status: 'stored', count: 1, bytes: 0 },
      ]),
    );
    expect(body.uploads.byKind).toContainEqual({ kind: null, count: 1, bytes: 0 });
    expect(body.uploads.byDay).toEqual([
      { day: '2001-03-01', count: 1, bytes: 100 },
      { day: '2001-03-02', count: 2, bytes: 5_000_000_000 },
    ]);
    expect(body.renditions).toMatchObject({
      count: 3,
      bytes: 10,
      byKind: [{ kind: 'image', count: 3, bytes: 10 }],
      byDay: [{ day: '2001-03-01', count: 3, bytes: 10 }],
    });
    expect(body.renditions.byStatus).toHaveLength(3);
  });

  test('counts neither what nobody vouches for nor what was merged, and deleted ones as deleted', async () => {
    const holder = await land('2002-03-01T00:00:00Z', { status: 'deleted' });
    await land('2002-03-01T00:00:00Z', { status: 'deleted', mergedInto: holder });
    await land('2002-03-01T00:00:00Z', { status: 'stored', proof: null, confirmedAt: null });
    const { body } = await ask(year(2002));
    expect(body.uploads.byStatus).toEqual([{ status: 'deleted', count: 1, bytes: 100 }]);
  });

  test('is narrowed by bucket and by time, whose beginning counts and whose end does not', async () => {
    await land('2003-03-01T00:00:00Z', { bucket: 'other' });
    await land('2003-03-01T00:00:00Z');
    await land('2003-03-02T00:00:00Z');
    const range = { createdAfter: '2003-03-01T00:00:00Z', createdBefore: '2003-03-02T00:00:00Z' };
    expect((await ask(range)).body.uploads.count).toBe(2);
    expect((await ask({ ...range, bucket: 'other' })).body).toMatchObject({
      bucket: 'other',
      uploads: { count: 1 },
    });
    expect((await ask({ ...range, bucket: 'none' })).body.uploads).toEqual({
      count: 0,
      bytes: 0,
      byStatus: [],
      byKind: [],
      byDay: [],
    });
  });

  test('without a range it is the last thirty days', async () => {
    const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
    for (const days of [0, 28, 31]) await land(ago(days));
    const { body } = await ask();
    expect(body['createdBefore']).toBeNull();
    expect(String(body['createdAfter'])).toMatch(/T00:00:00[.]000Z$/);
    expect(body.uploads.count).toBe(2);
  });

  test('an answer is kept, with the time at which it was counted', async () => {
    await land('2004-03-01T00:00:00Z');
    const answers = await Promise.all(Array.from({ length: 30 }, () => ask(year(2004))));
    await land('2004-03-01T00:00:00Z');
    answers.push(await ask(year(2004)));
    expect(new Set(answers.map(({ body }) => body['countedAt'])).size).toBe(1);
    expect(answers.every(({ body }) => body.uploads.count === 1)).toBe(true);
    expect((await ask({ ...year(2004), bucket: 'landfall' })).body.uploads.count).toBe(2);
  });

  test('what takes too long is given up, and holds nobody up after that', async () => {
    await land('2005-03-01T00:00:00Z');
    await database.source.transaction(async (manager) => {
      await manager.query('LOCK TABLE rendition_versions IN ACCESS EXCLUSIVE MODE');
      const range = { createdAfter: new Date('2005-01-01') };
      await expect(countUploads(database.source, range, 100)).rejects.toMatchObject({
        code: 'stats.too_many',
      });
    });
    expect((await ask(year(2005))).body.uploads.count).toBe(1);
  });

  test('a range that takes long is counted on while whoever asked is told so, many at once, and no more', async () => {
    const times = ['2010-03-01T00:00:00Z', '2010-03-01T05:00:00Z', '2010-11-01T00:00:00Z'];
    for (const time of times) await land(time);
    const answers = await database.source.transaction(async (manager) => {
      await manager.query('LOCK TABLE rendition_versions IN ACCESS EXCLUSIVE MODE');
      return Promise.all(Array.from({ length: 12 }, (_, index) => ask(year(2010 + index))));
    });
    const codes = answers.map(({ status, body }) => `${status} ${String(body['code'])}`);
    expect(Object.groupBy(codes, (code) => code)).toMatchObject({
      '503 stats.counting': { length: 8 },
      '503 stats.busy': { length: 4 },
    });
    const counted = await eventually(async () => {
      const { status, body } = await ask(year(2010));
      return status === 200 ? body.uploads : undefined;
    });
    expect(counted).toMatchObject({ count: 3, bytes: 300 });
    expect(counted.byDay.map(({ day, count }) => [day, count])).toEqual([
      ['2010-03-01', 2],
      ['2010-11-01', 1],
    ]);
  });

  test.each<[Record<string, string>, string]>([
    [{ createdAfter: 'yesterday' }, 'createdAfter'],
    [{ createdAfter: '2004-01-01T00:00:00Z', createdBefore: '2003-01-01T00:00:00Z' }, 'createdAfter'],
    [{ createdAfter: '2003-01-01T00:00:00Z', createdBefore: '2003-01-01T00:00:00Z' }, 'createdAfter'],
    [{ createdAfter: '2003-01-01T00:00:00Z', createdBefore: '2004-01-03T00:00:00Z' }, '366 days'],
    [{ createdAfter: '2003-01-01T00:00:00Z' }, '366 days'],
    [{ createdAfter: '9999-01-01T00:00:00Z' }, 'createdAfter'],
    [{ colour: 'red' }, 'colour'],
    [{ bucket: 'a\0' }, 'bucket'],
  ])('%o is refused', async (query, detail) => {
    const { status, body } = await ask(query);
    expect([status, body['code']]).toEqual([400, 'request.invalid']);
    expect(body['detail']).toContain(detail);
  });

  test('a range before there were ids is empty', async () => {
    const { status, body } = await ask(year(1900));
    expect([status, body.uploads.count]).toEqual([200, 0]);
  });

  test('an API key is needed', async () => {
    expect((await fetch(`${api.url}/v1/stats`)).status).toBe(401);
  });
});

function isoOf(range: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(range).map(([name, time]) => [name, new Date(time).toISOString()]),
  );
}
