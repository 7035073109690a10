import { testDatabase, type TestDatabase } from '#testing';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newId } from '#runtime';
import { gatherEvidence } from './evidence.js';
import { findAll } from './findings.js';
import { countTotals } from './totals.js';

const etag = 'A'.repeat(32);
let database: TestDatabase;
let client: Client;
let stored: { objectKey: string; etag: string }[];
let answered: { objectKey: string; answer: string }[];
let received: string[];

/** A bucket of which everything is known: a photo with its rendition, and one that is damaged. */
beforeEach(async () => {
  database = await testDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
  stored = [];
  answered = [];
  received = [];
  await land('photo/1.jpg', { rendition: true });
  await land('damaged/2.jpg', { status: 'failed', errorCode: 'media.damaged' });
});
afterEach(async () => {
  await client.end();
  await database[Symbol.asyncDispose]();
});

interface Landed {
  status?: string;
  errorCode?: string;
  rendition?: boolean;
  /** Whether OSS has it, and told the client so. */
  isStored?: boolean;
}

/** @returns the id of its upload */
async function land(objectKey: string, landed: Landed = {}): Promise<string> {
  const { status = 'ready', errorCode = null, rendition = false, isStored = true } = landed;
  const id = newId();
  await client.query(
    `INSERT INTO uploads (id, bucket, object_key, etag, status, error_code, source, confirmed_at, proof, sweep_at, created_at, updated_at)
     VALUES ($1, 'bucket', $2, $3, $4, $5, 'callback', now(), 'ticket', now(), now(), now())`,
    [id, objectKey, etag, status, errorCode],
  );
  await addEvent(id, `upload.${status}`, { upload: { status } });
  if (isStored) {
    stored.push({ objectKey, etag });
    answered.push({ objectKey, answer: '200' });
  }
  if (rendition) {
    const key = `renditions/${id}/thumb-abc.jpeg`;
    await addVersion(id, key);
    stored.push({ objectKey: key, etag });
  }
  return id;
}

let position = 0;
function addEvent(uploadId: string, type: string, data: object, place: number | null = (position += 1)) {
  const id = newId();
  received.push(id);
  return client.query(
    'INSERT INTO events (id, position, type, upload_id, data) VALUES ($1, $2, $3, $4, $5)',
    [id, place, type, uploadId, data],
  );
}

/** As if these had never been recorded, nor sent. */
async function forget(condition: string, uploadId: string): Promise<void> {
  const { rows } = await client.query<{ id: string }>(`DELETE FROM events WHERE ${condition} RETURNING id`, [
    uploadId,
  ]);
  received = received.filter((id) => !rows.some((row) => row.id === id));
}

async function addVersion(uploadId: string, key: string, status = 'ready') {
  await addEvent(uploadId, 'rendition.ready', { rendition: { objectKey: key }, upload: { status: 'ready' } });
  await client.query(
    `INSERT INTO rendition_versions (id, upload_id, position, name, kind, job, spec, spec_hash, status, object_key, storage_keys)
     VALUES ($1, $2, 0, 'thumb', 'image', 'upload.process', '{}', 'abc', $3, $4, ARRAY[$4])`,
    [newId(), uploadId, status, key],
  );
}

async function* each<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}

const evidence = () => ({ stored: each(stored), answered: each(answered), received: each(received) });

/** What is found, by name, without what is not. */
async function find() {
  await gatherEvidence(client, evidence());
  const all = Object.entries(await findAll(client, 'renditions/'));
  for (const [, { count, what }] of all) expect(count).toBe(what.length);
  return Object.fromEntries(all.flatMap(([name, { count, what }]) => (count > 0 ? [[name, what]] : [])));
}

describe('the count of the crash suite', () => {
  test('finds nothing where everything is as it should be, and counts it', async () => {
    await land('photo/3.jpg', { status: 'deleted', isStored: false });
    expect(await find()).toEqual({});
    expect(await countTotals(client, 'renditions/')).toMatchObject({
      stored: 2,
      answered200: 2,
      answered203: 0,
      rows: 2,
      ready: 1,
      failed: 1,
      byCallback: 2,
      renditions: 1,
    });
  });

  test('sees more objects than a page of evidence holds', async () => {
    for (let number = 0; number < 1_001; number += 1)
      stored.push({ objectKey: `photo/unknown-${number}`, etag });
    await gatherEvidence(client, evidence());
    expect(await findAll(client, 'renditions/')).toMatchObject({ lost: { count: 1_001 } });
  });

  test('sees what the event log does not say', async () => {
    const [id, late] = [await land('photo/silent.jpg'), await land('photo/late.jpg')];
    await forget('upload_id = $1', id);
    await addEvent(late, 'upload.processing', { upload: { status: 'processing' } });
    await addEvent(late, 'upload.ready', { upload: { status: 'ready' } }, null);
    const silent = await land('photo/5.jpg', { rendition: true });
    await forget(`type = 'rendition.ready' AND upload_id = $1`, silent);
    expect(await find()).toEqual({
      unrecorded: [
        `event without a place: upload.ready ${late}`,
        `rendition: ${silent} thumb`,
        'upload: photo/late.jpg, ready, last event upload.processing',
        'upload: photo/silent.jpg, ready, last event none',
      ],
    });
  });

  test('sees what the receiver of the webhook never got, and what nobody sent', async () => {
    await land('photo/6.jpg');
    const [event] = received.splice(-1);
    const foreign = newId();
    received.push(foreign);
    expect(await find()).toEqual({
      undelivered: [`${foreign}, which is not in the log`, `upload.ready ${event}`],
    });
    received.splice(-1, 1, event ?? '', event ?? '');
    expect(await find()).toEqual({});
  });

  test('sees what is lost', async () => {
    stored.push({ objectKey: 'photo/unknown.jpg', etag });
    answered.push({ objectKey: 'photo/unknown.jpg', answer: '203' });
    stored.push({ objectKey: 'photo/overwritten.jpg', etag: 'B'.repeat(32) });
    await land('photo/overwritten.jpg', { isStored: false });
    await land('photo/unwanted.jpg', { status: 'ignored' });
    answered.push({ objectKey: 'photo/gone.jpg', answer: '200' });
    const id = await land('photo/4.jpg');
    await addVersion(id, `renditions/${id}/thumb-gone.jpeg`);
    expect(await find()).toEqual({
      lost: [
        'photo/gone.jpg, answered with 200',
        'photo/gone.jpg, answered with 200, is not in OSS',
        'photo/overwritten.jpg',
        'photo/unknown.jpg',
        'photo/unwanted.jpg',
        `renditions/${id}/thumb-gone.jpeg, ready, is not in OSS`,
      ],
    });
  });

  test('sees a whole one that failed, and a damaged one that did not', async () => {
    await land('photo/whole.jpg', { status: 'failed', errorCode: 'upload.timed_out' });
    await land('damaged/ready.jpg');
    await land('damaged/other.jpg', { status: 'failed', errorCode: 'object.changed' });
    expect(await find()).toEqual({
      wrong: [
        'damaged/other.jpg, failed with object.changed',
        'damaged/ready.jpg, ready',
        'photo/whole.jpg, failed with upload.timed_out',
      ],
    });
  });

  test('sees what is doubled', async () => {
    await land('damaged/2.jpg', { status: 'failed', errorCode: 'media.damaged', isStored: false });
    // What keeps it from happening is not what proves that it did not.
    await client.query('DROP INDEX rendition_versions_ready');
    const id = await land('photo/5.jpg', { rendition: true });
    await addVersion(id, `renditions/${id}/thumb-abc.jpeg`);
    expect(await find()).toEqual({ doubled: [`${id} thumb, ready 2 times`, 'damaged/2.jpg, 2 uploads'] });
  });

  test('sees orphaned renditions, and none that a version names', async () => {
    const id = await land('photo/6.jpg');
    await addVersion(id, `renditions/${id}/stream-abc/`, 'retired');
    const ours = [`renditions/${id}/stream-abc/master.m3u8`, `renditions/${id}/stream-abc/0/1.m4s`];
    const orphans = [
      `renditions/${id}/stream-abcd/1.m4s`,
      `renditions/${newId()}/thumb-abc.jpeg`,
      'renditions/x',
    ];
    for (const objectKey of ours.concat(orphans)) stored.push({ objectKey, etag });
    expect(await find()).toEqual({ orphaned: orphans.toSorted() });
  });

  test('sees what is left', async () => {
    const id = await land('photo/7.jpg');
    await addVersion(id, `renditions/${id}/thumb-abc.jpeg`, 'pending');
    await land('photo/8.jpg', { isStored: false });
    await client.query(`INSERT INTO outbox (id, name, payload) VALUES ($1, 'upload.process', '{"v": 1}')`, [
      newId(),
    ]);
    expect(await find()).toEqual({
      left: [
        'outbox: upload.process {"v": 1}',
        `pending version: ${id} thumb`,
        'upload without its object: photo/8.jpg',
      ],
    });
  });

  test('sees an upload that is not finished as lost and left', async () => {
    await land('photo/9.jpg', { status: 'processing' });
    expect(await find()).toEqual({ left: ['upload: photo/9.jpg, processing'], lost: ['photo/9.jpg'] });
  });
});
