import { developmentSecrets, firstIdOf, newId } from '#runtime';
import { type AppProcess, startApp, testDatabase, type TestDatabase } from '#testing';
import { countFailures, Upload } from '#uploads';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { apiEnv } from './api-env.fixture.js';

interface Answer {
  items: { id: string; code: string; [name: string]: unknown }[];
  nextCursor: string | null;
  code: string;
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
    status: 'failed',
    errorCode: 'media.damaged',
    errorMessage: 'The media is damaged or incomplete',
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

async function make(uploadId: string, name: string, [status, code, at]: [string, string | null, string]) {
  await database.source.query(
    `INSERT INTO rendition_versions
       (id, upload_id, position, name, kind, job, spec, spec_hash, status, error_code, error_message, updated_at)
     VALUES ($1, $2, 0, $3, 'image', 'upload.process', '{}', $4, $4, $5, $5, $6)`,
    [newId(), uploadId, name, status, code, at],
  );
}

async function ask(path: string, key: string = developmentSecrets.apiKey) {
  const answer = await fetch(`${api.url}${path}`, { headers: { authorization: `Bearer ${key}` } });
  return { status: answer.status, body: (await answer.json()) as Answer };
}
/** Ranges are kept: each test asks for a year of its own. */
const year = (number: number) =>
  `createdAfter=${number}-01-01T00:00:00Z&createdBefore=${number + 1}-01-01T00:00:00Z`;
const readyUpload = { status: 'ready', errorCode: null, errorMessage: null } as const;

describe('GET /v1/failures', () => {
  test('counts uploads and renditions by code, with its sentence, the largest count first', async () => {
    await land('2001-03-01T00:00:00Z');
    const film = await land('2001-03-02T00:00:00Z', { errorCode: 'media.encoder_failed' });
    await make(film, 'hls', ['failed', 'media.encoder_failed', '2001-03-02T01:00:00Z']);
    await make(film, 'mp4', ['failed', 'media.encoder_failed', '2001-03-02T02:00:00Z']);
    await make(film, 'poster', ['ready', null, '2001-03-02T00:00:00Z']);
    await land('2001-03-03T00:00:00Z', { errorCode: 'media.of_tomorrow' });
    const { status, body } = await ask(`/v1/failures?${year(2001)}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      bucket: null,
      createdAfter: '2001-01-01T00:00:00.000Z',
      createdBefore: '2002-01-01T00:00:00.000Z',
    });
    expect(body.items).toEqual([
      {
        code: 'media.encoder_failed',
        meaning: 'The encoder could not process this media',
        uploads: 1,
        renditions: 2,
        lastAt: '2001-03-02T02:00:00.000Z',
      },
      {
        code: 'media.damaged',
        meaning: 'The media is damaged or incomplete',
        uploads: 1,
        renditions: 0,
        lastAt: '2001-03-01T00:00:00.000Z',
      },
      {
        code: 'media.of_tomorrow',
        meaning: null,
        uploads: 1,
        renditions: 0,
        lastAt: '2001-03-03T00:00:00.000Z',
      },
    ]);
  });

  test('counts what failed to be made anew of an upload that is ready, and nothing of what is retired, deleted or unproven', async () => {
    const ready = await land('2002-03-01T00:00:00Z', readyUpload);
    await make(ready, 'thumb', ['failed', 'media.timed_out', '2002-03-01T00:00:00Z']);
    await make(ready, 'large', ['retired', 'media.timed_out', '2002-03-01T00:00:00Z']);
    const deleted = await land('2002-03-01T00:00:00Z', { ...readyUpload, status: 'deleted' });
    await make(deleted, 'thumb', ['failed', 'media.timed_out', '2002-03-01T00:00:00Z']);
    await land('2002-03-01T00:00:00Z', { proof: null, confirmedAt: null, errorCode: 'object.unconfirmed' });
    await land('2002-03-01T00:00:00Z', { mergedInto: ready });
    const { body } = await ask(`/v1/failures?${year(2002)}`);
    expect(body.items).toMatchObject([{ code: 'media.timed_out', uploads: 0, renditions: 1 }]);
  });

  test('is narrowed by bucket and range', async () => {
    await land('2003-03-01T00:00:00Z', { bucket: 'other' });
    await land('2004-01-01T00:00:00Z', { bucket: 'other' });
    expect((await ask(`/v1/failures?bucket=landfall&${year(2003)}`)).body.items).toEqual([]);
    expect((await ask(`/v1/failures?bucket=other&${year(2003)}`)).body.items).toMatchObject([{ uploads: 1 }]);
  });

  test.each([
    'createdAfter=yesterday',
    'createdAfter=2001-01-01T00:00:00Z',
    'code=media.damaged',
    'bucket=_',
  ])('refuses %s', async (query) => {
    expect(await ask(`/v1/failures?${query}`)).toMatchObject({
      status: 400,
      body: { code: 'request.invalid' },
    });
  });

  test('is for keys alone', async () => {
    expect((await ask('/v1/failures', 'another')).status).toBe(401);
  });

  test('gives up when the time is over', async () => {
    const holder = database.source.createQueryRunner();
    await holder.startTransaction();
    try {
      await holder.query('LOCK TABLE rendition_versions');
      const range = { createdAfter: new Date(0) };
      await expect(countFailures(database.source, range, 50)).rejects.toMatchObject({
        code: 'stats.too_many',
      });
    } finally {
      await holder.rollbackTransaction();
      await holder.release();
    }
  });
});

describe('GET /v1/uploads?errorCode=', () => {
  test('lists what failed with a code, or of which a rendition did, newest first and in pages', async () => {
    const damaged = [await land('2001-03-01T00:00:00Z'), await land('2001-03-02T00:00:00Z')];
    const ready = await land('2001-03-03T00:00:00Z', readyUpload);
    await make(ready, 'thumb', ['failed', 'media.damaged', '2001-03-03T00:00:00Z']);
    await make(ready, 'large', ['failed', 'media.damaged', '2001-03-03T00:00:00Z']);
    await land('2001-03-04T00:00:00Z', { errorCode: 'media.unsupported' });
    await land('2001-03-05T00:00:00Z', readyUpload);
    const { body } = await ask('/v1/uploads?errorCode=media.damaged&fields=id&limit=2');
    expect(body.items.map(({ id }) => id)).toEqual([ready, damaged[1]]);
    const next = await ask(
      `/v1/uploads?errorCode=media.damaged&fields=id&limit=2&cursor=${body.nextCursor ?? ''}`,
    );
    expect(next.body.items.map(({ id }) => id)).toEqual([damaged[0]]);
    expect(next.body.nextCursor).toBeNull();
    const narrowed = await ask('/v1/uploads?errorCode=media.damaged&status=ready&fields=id');
    expect(narrowed.body.items.map(({ id }) => id)).toEqual([ready]);
    const range = 'createdAfter=2001-03-02T00:00:00Z&createdBefore=2001-03-03T00:00:00Z';
    const ranged = await ask(`/v1/uploads?errorCode=media.damaged&${range}&fields=id`);
    expect(ranged.body.items.map(({ id }) => id)).toEqual([damaged[1]]);
  });

  test.each(['media', 'Media.Damaged', "media.damaged'", 'a.b&errorCode=c.d'])('refuses %s', async (code) => {
    expect(await ask(`/v1/uploads?errorCode=${code}`)).toMatchObject({
      status: 400,
      body: { code: 'request.invalid' },
    });
  });
});
