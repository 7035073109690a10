import { createLogger, developmentSecrets, newId } from '#runtime';
import { type AppProcess, startApp, testDatabase, type TestDatabase } from '#testing';
import { removeRetired } from '#uploads';
import { beforeAll, describe, expect, test } from 'vitest';
import { apiEnv } from './api-env.fixture.js';

const logger = createLogger('test', 'silent');
const authorization = `Bearer ${developmentSecrets.apiKey}`;
const withWidth = (width: number | string) => `version: 1
pipelines:
  - name: photos
    match: { kind: image }
    renditions:
      - { name: thumb, kind: image, width: ${width} }
`;

describe('the pipelines file over HTTP', () => {
  let database: TestDatabase;
  let api: AppProcess;
  beforeAll(async () => {
    database = await testDatabase();
    api = await startApp('api', apiEnv(database.url));
    return async () => {
      await api.end();
      await database[Symbol.asyncDispose]();
    };
  });

  const ask = async (path: string, body?: object | string) => {
    const answer = await fetch(`${api.url}/v1/pipelines${path}`, {
      headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined
        ? {}
        : { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const check = async (text: string) => (await ask('/check', { text })).body;

  test('is shown as it is in force, with its text and its defaults', async () => {
    const { status, body } = await ask('');
    expect(status).toBe(200);
    expect(body['text']).toContain(
      '- { name: thumb-320, kind: image, width: 320, format: webp, quality: 80 }',
    );
    expect(body['pipelines']).toMatchObject([
      {
        name: 'photos',
        match: { kind: 'image' },
        continue: false,
        damaged: null,
        renditions: [{ name: 'thumb-320', kind: 'image', width: 320, fit: 'inside', enlarge: false }, {}, {}],
      },
      { name: 'videos', renditions: [{ kind: 'poster' }, { kind: 'hls', dash: false }, { kind: 'mp4' }] },
      { name: 'sounds' },
    ]);
  });

  test('has a schema for editors', async () => {
    const { status, body } = await ask('/schema');
    expect([status, body['title'], body['type']]).toEqual([200, 'Landfall pipelines', 'object']);
  });

  test.each<[what: string, text: string, problems: object[]]>([
    [
      'a wrong field',
      withWidth(10).replace('width', 'widht'),
      [
        { line: 6, path: 'pipelines.0.renditions.0.width', message: 'width or height is required' },
        { line: 6, path: 'pipelines.0.renditions.0.widht', message: 'unknown field' },
      ],
    ],
    ['no YAML', 'version: 1\npipelines: [', [{ line: 2, path: null }]],
    ['nothing', '', [{ line: 1, path: 'file' }]],
    ['lists within lists without end', '['.repeat(30_000), [{ line: 1, path: null }]],
  ])('%s is told with its line', async (_, text, problems) => {
    const answer = await check(text);
    expect(answer['pipelines']).toBeNull();
    const found = answer['problems'] as { path: string }[];
    expect(
      found.toSorted((one, other) => (one.path < other.path ? 1 : -1)).slice(0, problems.length),
    ).toMatchObject(
      problems.toSorted((one, other) =>
        String((one as { path: string }).path) < String((other as { path: string }).path) ? 1 : -1,
      ),
    );
  });

  test('a right text has no problem, and is shown with its defaults; nothing of it is kept', async () => {
    expect(await check(withWidth(77))).toMatchObject({
      problems: [],
      pipelines: [{ name: 'photos', renditions: [{ name: 'thumb', width: 77, quality: 80 }] }],
    });
    expect(JSON.stringify((await ask('')).body)).not.toContain('77');
  });

  test('of a text that is wrong everywhere the first hundred problems are told', async () => {
    const answer = await check(
      `version: 1\n${Array.from({ length: 300 }, (_, at) => `f${at}: 1\n`).join('')}`,
    );
    expect(answer['problems']).toHaveLength(100);
  });

  test.each([
    ['a body that is too large', { text: 'a'.repeat(33_000) }, 413],
    ['no text', {}, 400],
    ['a number', { text: 3 }, 400],
    ['another field', { text: '', file: '/etc/passwd' }, 400],
    ['no JSON', 'version: 1', 400],
  ])('%s is refused', async (_, body, status) => {
    expect((await ask('/check', body)).status).toBe(status);
  });

  describe('a dry run', () => {
    beforeAll(async () => {
      const land = async (key: string, kind: string, metadata: object) => {
        await database.source.query(
          `INSERT INTO uploads (id, bucket, object_key, etag, size_bytes, status, kind, mime_type, source, proof, metadata,
                                sweep_at, created_at, updated_at)
           VALUES ($1, 'landfall', $2, $2, 100, 'ready', $3, $4, 'callback', 'url', $5, now(), now(), now())`,
          [newId(), key, kind, kind === 'image' ? 'image/jpeg' : 'video/mp4', metadata],
        );
      };
      for (let index = 0; index < 250; index += 1)
        await land(`photos/${index}.jpg`, 'image', { width: 4_000, height: 3_000 });
      await land('films/a.mp4', 'video', { width: 1_920, height: 1_080, durationMs: 120_000 });
    });

    test('counts what the file in force would make, by kind, and how long it would take', async () => {
      const { status, body } = await ask('/dry-run', {});
      expect(status).toBe(200);
      expect(body).toMatchObject({ looked: 251, uploads: 251, renditions: 753, cores: 0, nextCursor: null });
      expect(body['byKind']).toEqual(
        expect.arrayContaining([
          { kind: 'image', uploads: 250, renditions: 750 },
          { kind: 'video', uploads: 1, renditions: 3 },
        ]),
      );
      expect(body['coreMinutes']).toBeGreaterThan(1);
      expect(body['coreMinutes']).toBeLessThan(60);
    });

    test('counts what another file would make, of what is asked for', async () => {
      const { body } = await ask('/dry-run', { text: withWidth(10), prefix: 'photos/1' });
      expect(body).toMatchObject({ looked: 111, uploads: 111, renditions: 111 });
      const future = await ask('/dry-run', { createdAfter: '2100-01-01T00:00:00Z' });
      expect(future.body).toMatchObject({ looked: 0, uploads: 0, renditions: 0, byKind: [], coreMinutes: 0 });
    });

    test('changes nothing', async () => {
      const count = 'SELECT count(*)::int AS count FROM outbox';
      expect(await database.source.query(count)).toEqual([{ count: 0 }]);
    });

    test.each([
      ['a file that is wrong', { text: 'version: 2' }, 422, 'pipelines.text_invalid'],
      ['a cursor of nothing', { cursor: 'x' }, 400, 'request.cursor_invalid'],
      ['another field', { sort: 'x' }, 400, 'request.invalid'],
    ])('refuses %s', async (_, request, status, code) => {
      const answer = await ask('/dry-run', request);
      expect([answer.status, answer.body['code']]).toEqual([status, code]);
    });
  });

  describe('a trial', () => {
    const uploadOf = async (kind: string) => {
      const [row] = (await database.source.query('SELECT id FROM uploads WHERE kind = $1 LIMIT 1', [
        kind,
      ])) as {
        id: string;
      }[];
      return row?.id ?? '';
    };
    const start = async (rendition: object, uploadId?: string) =>
      ask('/try', { uploadId: uploadId ?? (await uploadOf('image')), rendition });

    test('waits for a worker, is no rendition of its upload, and is removed like what is retired', async () => {
      const uploadId = await uploadOf('image');
      const { status, body } = await start({ width: 10, format: 'png' }, uploadId);
      expect(status).toBe(202);
      expect(body).toMatchObject({ uploadId, state: 'waiting', url: null, error: null });
      const asked = await ask(`/try/${String(body['id'])}`);
      expect(asked).toEqual({ status: 200, body });
      const rows = await database.source.query(
        'SELECT status, due_at IS NOT NULL AS "isDue", cardinality(storage_keys) AS keys FROM rendition_versions',
      );
      expect(rows).toEqual([{ status: 'retired', isDue: true, keys: 1 }]);
      const shown = await fetch(`${api.url}/v1/uploads/${uploadId}`, { headers: { authorization } });
      expect(((await shown.json()) as { renditions: object[] }).renditions).toEqual([]);
      expect(await database.source.query('SELECT name FROM outbox')).toEqual([{ name: 'upload.try' }]);
    });

    test('is refused while four others wait', async () => {
      for (const width of [1, 2, 3]) expect((await start({ width })).status).toBe(202);
      const refused = await start({ width: 4 });
      expect([refused.status, refused.body['code']]).toEqual([503, 'trial.busy']);
    });

    test('of what is no image is refused, and so is one of nothing', async () => {
      const film = await start({ width: 10 }, await uploadOf('video'));
      expect([film.status, film.body['code']]).toEqual([422, 'trial.impossible']);
      const none = await start({ width: 10 }, newId());
      expect([none.status, none.body['code']]).toEqual([404, 'upload.not_found']);
      const gone = await ask(`/try/${newId()}`);
      expect([gone.status, gone.body['code']]).toEqual([404, 'trial.not_found']);
    });

    test('is over when no URL for it holds any more: its object and its row are removed', async () => {
      const waiting = (await database.source.query('SELECT id FROM rendition_versions')) as { id: string }[];
      const keys: string[] = [];
      const remove = async ({ objectKey }: { objectKey: string }) => void keys.push(objectKey);
      await removeRetired(database.source, remove, 0, { signal: new AbortController().signal, logger });
      expect(keys.map((key) => key.slice(-36)).toSorted()).toEqual(waiting.map(({ id }) => id).toSorted());
      const gone = await ask(`/try/${waiting[0]?.id}`);
      expect([gone.status, gone.body['code']]).toEqual([404, 'trial.not_found']);
      expect((await start({ width: 10 })).status).toBe(202);
    });

    test.each([
      ['no size', {}],
      ['too many pixels', { width: 16_000, height: 16_000 }],
      ['another kind', { kind: 'hls', width: 10 }],
      ['an unknown field', { width: 10, heigth: 1 }],
    ])('with %s is refused', async (_, rendition) => {
      const { status, body } = await start(rendition);
      expect([status, body['code']]).toEqual([400, 'request.invalid']);
    });
  });
});
