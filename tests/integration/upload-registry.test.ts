import { createPool } from '#database';
import { createLogger, pause } from '#runtime';
import { testDatabase, type TestDatabase } from '#testing';
import { type Landing, UploadRegistry, type RegistrySettings } from '#uploads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const logger = createLogger('test', process.env['TEST_LOG_LEVEL'] ?? 'silent');
const settings: RegistrySettings = {
  batchMax: 100,
  waitingMax: 1_000,
  commitTimeoutMs: 5_000,
  sweepAfterMs: 60_000,
};

function landing(objectKey: string, more: Partial<Landing> = {}): Landing {
  return {
    bucket: 'landfall',
    objectKey,
    etag: 'D41D8CD98F00B204E9800998ECF8427E',
    sizeBytes: 1,
    mimeType: 'image/jpeg',
    imageInfo: { width: 4, height: 3, format: 'jpg' },
    vars: { user_id: '42' },
    claimedVars: null,
    source: 'callback',
    proof: 'url',
    ticketId: null,
    requestId: null,
    ...more,
  };
}

describe('UploadRegistry', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database[Symbol.asyncDispose]());

  const count = async (table: string, where = 'true'): Promise<number> => {
    const [row] = (await database.source.query(`SELECT count(*)::int AS n FROM ${table} WHERE ${where}`)) as [
      { n: number },
    ];
    return row.n;
  };

  test('every upload that is registered is committed with its job', async () => {
    const registry = new UploadRegistry(database.pool, settings, logger);
    const keys = Array.from({ length: 500 }, (_, index) => `many/${index}`);
    const registered = await Promise.all(keys.map((key) => registry.register(landing(key))));
    expect(new Set(registered.map((upload) => upload.id)).size).toBe(500);
    expect(await count('uploads', `object_key LIKE 'many/%'`)).toBe(500);
    expect(
      await count(
        'outbox',
        `payload->>'uploadId' IN (SELECT id::text FROM uploads WHERE object_key LIKE 'many/%')`,
      ),
    ).toBe(500);
    await registry.close();
  });

  test('two processes and two callbacks for the same object at once make one row, and all get its id', async () => {
    const registries = [0, 1].map(() => new UploadRegistry(database.pool, settings, logger));
    for (let round = 0; round < 20; round += 1) {
      const keys = Array.from({ length: 20 }, (_, index) => `same/${round}/${index}`);
      const registered = await Promise.all(
        registries.flatMap((registry, which) =>
          [...keys, ...keys]
            .toSorted(() => (which ? -1 : 1))
            .map(async (key) => ({ key, id: (await registry.register(landing(key))).id })),
        ),
      );
      for (const key of keys)
        expect(new Set(registered.filter((one) => one.key === key).map((one) => one.id)).size).toBe(1);
    }
    expect(await count('uploads', `object_key LIKE 'same/%'`)).toBe(400);
    await Promise.all(registries.map((registry) => registry.close()));
  });

  test.each([
    ['with OSS’s request id, whatever it says else', { requestId: '5F0D1' }, { vars: { user_id: 'other' } }],
    ['without one', {}, {}],
    ['that nobody vouches for', { proof: null, vars: {}, claimedVars: { user_id: '7' } }, {}],
  ])('a repeated callback %s changes nothing', async (name, first, again) => {
    const registry = new UploadRegistry(database.pool, settings, logger);
    const reported = landing(`again ${name}`, first as Partial<Landing>);
    const { id } = await registry.register(reported);
    await database.source.query(`UPDATE uploads SET status = 'ready' WHERE id = $1`, [id]);
    const jobs = await count('outbox');
    expect(await registry.register({ ...reported, ...again })).toEqual({ id, status: 'ready' });
    expect(await count('outbox')).toBe(jobs);
    expect(await count('uploads', `object_key LIKE 'again%' AND vars ->> 'user_id' = 'other'`)).toBe(0);
    await registry.close();
  });

  test.each(['failed', 'deleted', 'ignored'])(
    'the same bytes are an upload again when what there was is %s, and a late repetition of that one is none',
    async (status) => {
      const registry = new UploadRegistry(database.pool, settings, logger);
      const [plain, known] = [landing(`gone/${status}`), landing(`known/${status}`, { requestId: 'A' })];
      const first = await registry.register(plain);
      const named = await registry.register(known);
      await database.source.query('UPDATE uploads SET status = $1 WHERE id = ANY($2)', [
        status,
        [first.id, named.id],
      ]);
      expect((await registry.register(plain)).id).not.toBe(first.id);
      expect(await registry.register(known)).toEqual({ id: named.id, status });
      expect((await registry.register({ ...known, requestId: 'B' })).status).toBe('stored');
      await registry.close();
    },
  );

  test('what a stranger tells first keeps nothing from what is told in truth', async () => {
    const registry = new UploadRegistry(database.pool, settings, logger);
    const truth = landing('poisoned', { requestId: 'A' });
    const lies = [
      { ...truth, proof: null, vars: {}, claimedVars: { user_id: 'attacker' } },
      { ...truth, proof: null, vars: {}, claimedVars: truth.vars },
      { ...truth, proof: null, vars: {}, claimedVars: null, etag: null, sizeBytes: null },
    ];
    for (const lie of lies) await registry.register(lie);
    const reported = await registry.register(truth);
    expect(reported.status).toBe('stored');
    expect(
      await count('uploads', `id = '${reported.id}' AND proof = 'url' AND vars = '{"user_id":"42"}'`),
    ).toBe(1);
    expect(await count('uploads', `object_key = 'poisoned'`)).toBe(4);
    await registry.close();
  });

  test('one bad row fails alone', async () => {
    const registry = new UploadRegistry(database.pool, settings, logger);
    const bad = landing('bad', { mimeType: 'nul\0character' });
    const outcomes = await Promise.allSettled([
      registry.register(landing('good/1')),
      registry.register(bad),
      registry.register(landing('good/2')),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { code: 'callback.field_invalid' } });
    await registry.close();
  });

  test('a bad row does not spoil a good one of the same object', async () => {
    const registry = new UploadRegistry(database.pool, settings, logger);
    const outcomes = await Promise.allSettled([
      registry.register(landing('twice', { mimeType: 'nul\0character' })),
      registry.register(landing('twice')),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'fulfilled']);
    await registry.close();
  });

  test('callbacks of the same instant that tell no ETag share one row', async () => {
    const registry = new UploadRegistry(database.pool, settings, logger);
    const all = await Promise.all([1, 2, 3].map(() => registry.register(landing('untold', { etag: null }))));
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(await count('uploads', `object_key = 'untold'`)).toBe(1);
    await registry.close();
  });

  test('more than may wait are refused at once, and those that wait are not forgotten', async () => {
    const registry = new UploadRegistry(database.pool, { ...settings, waitingMax: 10 }, logger);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 30 }, (_, index) => registry.register(landing(`crowd/${index}`))),
    );
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.every((outcome) => outcome.reason.code === 'callback.overloaded')).toBe(true);
    expect(await count('uploads', `object_key LIKE 'crowd/%'`)).toBe(30 - refused.length);
    expect(refused).toHaveLength(20);
    await registry.close();
  });

  test('a database that hangs is a fast refusal, and the next callback is fine', async () => {
    const registry = new UploadRegistry(database.pool, { ...settings, commitTimeoutMs: 2_000 }, logger);
    const blocker = database.source.createQueryRunner();
    await blocker.query('BEGIN');
    await blocker.query('LOCK TABLE uploads IN ACCESS EXCLUSIVE MODE');
    const outcomes = await Promise.allSettled(
      [1, 2, 3].map((index) => registry.register(landing(`hang/${index}`))),
    );
    await blocker.query('ROLLBACK');
    await blocker.release();
    expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.code)).toEqual(
      Array(3).fill('database.unavailable'),
    );
    await expect(registry.register(landing('hang/after'))).resolves.toMatchObject({ status: 'stored' });
    await registry.close();
  });

  test.each([
    ['takes no writes', 'SET default_transaction_read_only = on', 'database.unavailable'],
    ['has not our tables', 'SET search_path = pg_temp', 'internal.unexpected'],
  ])('a database that %s is no fault of the callback', async (_, change, code) => {
    await using own = await testDatabase();
    const pool = createPool({ url: own.url, poolSize: 1, applicationName: 'landfall-test' });
    await pool.query(change);
    const registry = new UploadRegistry(pool, settings, logger);
    await expect(registry.register(landing('elsewhere'))).rejects.toMatchObject({ code });
    await registry.close();
    await pool.end();
  });

  test('a database that is too slow for all goes on recording as many as it can', async () => {
    await using slow = await testDatabase();
    await slow.source.query(
      `CREATE FUNCTION be_slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.1); RETURN NULL; END $$`,
    );
    await slow.source.query(
      'CREATE TRIGGER be_slow BEFORE INSERT ON uploads FOR EACH STATEMENT EXECUTE FUNCTION be_slow()',
    );
    const registry = new UploadRegistry(
      slow.pool,
      { ...settings, batchMax: 1, commitTimeoutMs: 1_000 },
      logger,
    );
    const outcomes: Promise<boolean>[] = [];
    // Some 100 a second, and it records 20: for the second hundred of them all who wait have waited long.
    for (let index = 0; index < 200; index += 1) {
      outcomes.push(
        registry.register(landing(`slow/${index}`)).then(
          () => true,
          () => false,
        ),
      );
      await pause(10);
    }
    const late = (await Promise.all(outcomes)).slice(100);
    expect(late.filter(Boolean).length).toBeGreaterThan(0);
    expect(late).toContain(false);
    await registry.close();
  });

  test('close answers what was accepted', async () => {
    const registry = new UploadRegistry(database.pool, settings, logger);
    const accepted = Array.from({ length: 250 }, (_, index) => registry.register(landing(`close/${index}`)));
    await registry.close();
    await Promise.all(accepted);
    expect(await count('uploads', `object_key LIKE 'close/%'`)).toBe(250);
  });
});
