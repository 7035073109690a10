import { firstIdOf, newId } from '#runtime';
import { testDatabase, type TestDatabase } from '#testing';
import { pruneUploads } from '#uploads';
import { afterAll, beforeAll, expect, test } from 'vitest';

const never = new AbortController().signal;
const daysS = 86_400;
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

let made = 0;
/** Ids begin with the time of landing. */
const idOf = (daysAgo: number): string => {
  made += 1;
  return firstIdOf(Date.now() - daysAgo * daysS * 1_000).slice(0, -6) + made.toString(16).padStart(6, '0');
};

/** An upload that landed, and became what it is, so many days ago. */
async function upload(status: string, daysAgo: number, more: Record<string, unknown> = {}): Promise<string> {
  const row = {
    id: idOf(daysAgo),
    bucket: 'b',
    object_key: 'k',
    etag: newId(),
    status,
    kind: 'image',
    source: 'callback',
    proof: 'url',
    sweep_at: new Date(),
    created_at: new Date(),
    updated_at: new Date(Date.now() - daysAgo * daysS * 1_000),
    ...more,
  };
  const names = Object.keys(row);
  await database.pool.query(
    `INSERT INTO uploads (${names.join()}) VALUES (${names.map((_, index) => `$${index + 1}`).join()})`,
    Object.values(row),
  );
  return row.id;
}

async function version(uploadId: string, dueAt: Date | null): Promise<void> {
  await database.pool.query(
    `INSERT INTO rendition_versions (id, upload_id, position, name, kind, job, spec, spec_hash, status, due_at)
     VALUES ($1, $2, 0, 'n', 'image', 'upload.process', '{}', 'h', 'retired', $3)`,
    [newId(), uploadId, dueAt],
  );
}

const idsLeft = async (): Promise<string[]> => {
  const { rows } = await database.pool.query<{ id: string }>('SELECT id FROM uploads ORDER BY id');
  return rows.map(({ id }) => id);
};

test('rows of uploads that were deleted or ignored go when they are old enough, and nothing else does', async () => {
  const gone = [await upload('deleted', 40), await upload('ignored', 40)];
  const [last = ''] = gone;
  gone.push(await upload('deleted', 40, { merged_into: last }));
  await version(last, null);
  const ticketId = newId();
  await database.pool.query(
    `INSERT INTO tickets (id, bucket, object_key, max_bytes, expires_at, created_at) VALUES ($1, 'b', 'k', 1, now(), now())`,
    [ticketId],
  );
  const ready = await upload('ready', 40);
  const [withTicket, withObjects] = [
    await upload('deleted', 40, { ticket_id: ticketId }),
    await upload('deleted', 40),
  ];
  await version(withObjects, new Date());
  const kept = [
    ready,
    withTicket,
    withObjects,
    await upload('deleted', 20),
    // Somebody has it deleted just now.
    await upload('deleted', 40, { updated_at: new Date() }),
    await upload('failed', 40),
    // What stands for it lives, and answers for it.
    await upload('deleted', 40, { merged_into: ready }),
    await upload('ignored', 40, { reprocessing_since: new Date() }),
  ];
  expect(await pruneUploads(database.source, 0, never)).toBe(0);
  expect(await pruneUploads(database.source, 30 * daysS, never)).toBe(2);
  expect(await idsLeft()).toEqual(kept.toSorted());
  expect(await pruneUploads(database.source, 30 * daysS, never)).toBe(0);

  // Once the ticket and the objects are gone, so are they.
  await database.pool.query('DELETE FROM tickets');
  await database.pool.query('UPDATE rendition_versions SET due_at = NULL');
  expect(await pruneUploads(database.source, 30 * daysS, never)).toBe(2);
  expect(await idsLeft()).toEqual(kept.filter((id) => id !== withTicket && id !== withObjects).toSorted());
});

test('it goes past what others have locked, and through more than a page', async () => {
  await database.pool.query('DELETE FROM uploads');
  const ids: string[] = [];
  for (let index = 0; index < 3; index += 1) ids.push(await upload('deleted', 40));
  await database.pool.query(
    `INSERT INTO uploads (id, bucket, object_key, etag, status, source, sweep_at, created_at, updated_at)
     SELECT uuidv7(interval '-40 days'), 'b', 'k', n::text, 'ignored', 'callback', now(), now(), now() - interval '40 days'
     FROM generate_series(1, 1200) AS n`,
  );
  const holder = await database.pool.connect();
  try {
    await holder.query('BEGIN');
    await holder.query('SELECT FROM uploads WHERE id = $1 FOR UPDATE', [ids[0]]);
    expect(await pruneUploads(database.source, 30 * daysS, never)).toBe(1_202);
    await holder.query('ROLLBACK');
  } finally {
    holder.release();
  }
  expect(await idsLeft()).toEqual([ids[0]]);
  expect(await pruneUploads(database.source, 30 * daysS, never)).toBe(1);
});
