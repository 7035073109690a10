import { migrateDatabase, revertLastMigration } from '#database';
import { createLogger } from '#runtime';
import { testDatabase, type TestDatabase } from '#testing';
import { maxDistance, UploadReader, UploadRegistry } from '#uploads';
import { afterAll, beforeAll, expect, test } from 'vitest';

const settings = { batchMax: 500, waitingMax: 5_000, commitTimeoutMs: 5_000, sweepAfterMs: 60_000 };
/** Bits on both sides of the borders of the four bands, so that every distance spreads over them in another way. */
const hash = 0x3a5c_81f0_0ff1_c3e7n;

let database: TestDatabase;
let reader: UploadReader;
const ids: string[] = [];

beforeAll(async () => {
  database = await testDatabase();
  reader = new UploadReader(database.source);
  const registry = new UploadRegistry(database.pool, settings, createLogger('test', 'silent'));
  const landings = Array.from({ length: 300 }, (_, index) => ({
    bucket: index % 2 ? 'odd' : 'landfall',
    objectKey: `near/${index}.jpg`,
    etag: 'D41D8CD98F00B204E9800998ECF8427E',
    sizeBytes: index,
    mimeType: null,
    imageInfo: null,
    vars: {},
    claimedVars: null,
    source: 'callback' as const,
    proof: 'url' as const,
    ticketId: null,
    requestId: null,
  }));
  for (const landing of landings) ids.push((await registry.register(landing)).id);
  await registry.close();
});
afterAll(() => database[Symbol.asyncDispose]());

/** Gives hashes to the uploads, from the first on; all others have none. */
async function setHashes(hashes: readonly bigint[]): Promise<void> {
  await database.source.query('UPDATE uploads SET perceptual_hash = NULL');
  await database.source.query(
    'UPDATE uploads SET perceptual_hash = given.hash FROM unnest($1::uuid[], $2::bigint[]) AS given(id, hash) WHERE uploads.id = given.id',
    [ids.slice(0, hashes.length), hashes.map(String)],
  );
}

const flip = (bits: readonly number[]) => bits.reduce((value, bit) => value ^ (1n << BigInt(bit)), hash);

/** All pages of a few. */
async function findAll(distance: number, limit: number) {
  const found: { id: string; distance: number | undefined }[] = [];
  let cursor: string | undefined;
  do {
    const page = await reader.listSimilar({ id: ids[0] ?? '', distance }, {}, { limit, cursor });
    found.push(...page.items.map((item) => ({ id: item.upload.id, distance: item.distance })));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

test('every upload within the distance is found, wherever its bits differ, and none beyond', async () => {
  let seed = 11;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const distances = [0];
  const hashes = [hash];
  while (hashes.length < ids.length) {
    const bits = new Set<number>();
    const wanted = random(16);
    // Either anywhere, or spread evenly over the bands, which is the hardest to find.
    while (bits.size < wanted) bits.add(hashes.length % 2 ? random(63) : (bits.size % 4) * 16 + random(15));
    hashes.push(flip([...bits]));
    distances.push(bits.size);
  }
  await setHashes(hashes);
  for (let distance = 0; distance <= maxDistance; distance++) {
    const wanted = ids
      .map((id, index) => ({ id, distance: distances[index] ?? 0 }))
      .filter((one, index) => index > 0 && one.distance <= distance)
      .toSorted((a, b) => a.distance - b.distance || (a.id < b.id ? 1 : -1));
    expect(await findAll(distance, 200)).toEqual(wanted);
    expect(await findAll(distance, 7)).toEqual(wanted);
  }
});

test('filters narrow what is near', async () => {
  await setHashes([hash, hash, flip([3]), flip([3, 60]), flip([3, 60])]);
  const near = async (filter: object) =>
    (await reader.listSimilar({ id: ids[0] ?? '', distance: 7 }, filter, { limit: 50 })).items.map((item) =>
      ids.indexOf(item.upload.id),
    );
  expect(await near({})).toEqual([1, 2, 4, 3]);
  expect(await near({ bucket: 'odd' })).toEqual([1, 3]);
  expect(await near({ prefix: 'near/4' })).toEqual([4]);
  expect(await near({ statuses: ['ready'] })).toEqual([]);
});

test('the id of a merged upload finds what is near to the one that stands for it, and not itself', async () => {
  await setHashes([hash, hash]);
  const [standing, near, merged = ''] = ids;
  const merge = (into: string | null | undefined) =>
    database.source.query('UPDATE uploads SET merged_into = $2 WHERE id = $1', [merged, into]);
  await merge(standing);
  const { items } = await reader.listSimilar({ id: merged, distance: 7 }, {}, { limit: 50 });
  await merge(null);
  expect(items.map(({ upload }) => upload.id)).toEqual([near]);
});

test('an upload that has just landed costs the index nothing: only hashes are in it', async () => {
  const [index]: { condition: string }[] = await database.source.query(
    `SELECT pg_get_expr(indpred, indrelid) AS condition FROM pg_index WHERE indexrelid = 'uploads_perceptual'::regclass`,
  );
  expect(index?.condition).toBe('(perceptual_hash IS NOT NULL)');
});

test('an upload without a hash is not comparable, and one that is not there is not found', async () => {
  await setHashes([hash]);
  const list = (id = '') => reader.listSimilar({ id, distance: 7 }, {}, { limit: 50 });
  await expect(list(ids[5])).rejects.toMatchObject({ code: 'upload.not_comparable' });
  await expect(list('00000000-0000-7000-8000-000000000000')).rejects.toMatchObject({
    code: 'upload.not_found',
  });
  const wrong = reader.listSimilar({ id: ids[0] ?? '', distance: 7 }, {}, { limit: 50, cursor: 'AAAA' });
  await expect(wrong).rejects.toMatchObject({ code: 'request.cursor_invalid' });
});

test('of very many copies of one picture ten thousand are looked at', async () => {
  await using crowd = await testDatabase();
  await crowd.source.query(
    `INSERT INTO uploads (id, bucket, object_key, etag, source, created_at, updated_at, sweep_at, perceptual_hash)
     SELECT uuidv7(), 'landfall', n::text, 'E', 'callback', now(), now(), now(), ${hash} FROM generate_series(1, 10100) AS n`,
  );
  const [found]: { count: number }[] = await crowd.source.query(
    `SELECT count(*)::int AS count FROM uploads_near(${hash}, 0)`,
  );
  expect(found?.count).toBe(10_000);
});

test('the migration goes back and forward over uploads', async () => {
  await using used = await testDatabase();
  await used.source.query(
    `INSERT INTO uploads (id, bucket, object_key, etag, source, created_at, updated_at, sweep_at, perceptual_hash)
     VALUES (uuidv7(), 'landfall', 'a', 'E', 'callback', now(), now(), now(), 1)`,
  );
  while (await hasColumn(used)) await revertLastMigration(used.url);
  expect(await migrateDatabase(used.url)).toContain('FindNearDuplicates1763863200000');
  const rows: unknown[] = await used.source.query('SELECT object_key, perceptual_hash FROM uploads');
  expect(rows).toEqual([{ object_key: 'a', perceptual_hash: null }]);
});

async function hasColumn({ source }: TestDatabase): Promise<boolean> {
  const rows: unknown[] = await source.query(
    `SELECT FROM information_schema.columns WHERE table_name = 'uploads' AND column_name = 'perceptual_hash'`,
  );
  return rows.length > 0;
}
