import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { newId } from '#runtime';
import { eventually } from '#testing';
import { RenditionVersion } from '#uploads';
import { describe, expect, test } from 'vitest';
import { useReconcile } from './reconcile.fixture.js';

const house = useReconcile();
const { environment, fault, insertUpload, put, putMany, reconcile, rows, state } = house;

/** `landfall reconcile …` */
function command(...words: string[]) {
  const child = spawn(process.execPath, ['dist/programs/landfall.js', 'reconcile', ...words], {
    env: { PATH: process.env['PATH'], ...environment() },
  });
  const output = Promise.all([text(child.stdout), text(child.stderr)]).then((parts) => parts.join(''));
  return { child, ended: once(child, 'close') as Promise<[number | null]>, output };
}
const none = { missing: 0, recent: 0, gone: 0, unmade: 0, orphaned: 0 };

describe('objects that have no upload', () => {
  const odd = [
    'a b+c%25%2F.jpg',
    'zwei\nZeilen',
    '目录/照片.png',
    '\u{1F600}/\uFFFD.png',
    '&<>"\'.gif',
    '.a//x',
    '~',
  ];

  test('are registered, whatever their keys, and those that have one are left alone', async () => {
    for (const key of [...odd, 'known.jpg']) await put(key);
    await insertUpload('known.jpg');
    const { found, isComplete } = await reconcile();
    expect({ isComplete, looked: found.looked, counts: found.counts }).toEqual({
      isComplete: true,
      looked: odd.length + 1,
      counts: { ...none, missing: odd.length },
    });
    expect(found.examples.missing.toSorted()).toEqual(odd.toSorted());
    const registered = (await rows()).filter(({ source }) => source === 'reconcile');
    expect(registered.map(({ objectKey }) => objectKey).toSorted()).toEqual(odd.toSorted());
    for (const { status, proof, etag } of registered)
      expect({ status, proof, etag }).toMatchObject({
        status: 'stored',
        proof: null,
        etag: expect.any(String),
      });
  });

  test('are registered once, by however many comparisons', async () => {
    await putMany(Array.from({ length: 30 }, (_, index) => `${index}.jpg`));
    for (let times = 0; times < 2; times += 1) await reconcile();
    expect(await rows()).toHaveLength(30);
  });

  test('are looked at below a prefix, and since a time', async () => {
    for (const key of ['a', 'b/', 'b/1', 'b/2', 'b0', 'c']) await put(key, key === 'b/' ? '' : key);
    const later = new Date(Date.now() + 3_600_000);
    expect((await reconcile({ prefix: 'b/', since: later })).found.counts.missing).toBe(0);
    expect((await reconcile({ prefix: 'b/' })).found).toMatchObject({ looked: 3, counts: { missing: 2 } });
    expect((await rows()).map(({ objectKey }) => objectKey)).toEqual(['b/1', 'b/2']);
  });

  test('are counted by a dry run, which changes nothing', async () => {
    await put('a');
    await insertUpload('gone');
    const { found } = await reconcile({}, { isDryRun: true });
    expect(found.counts).toEqual({ ...none, missing: 1, gone: 1 });
    expect(await rows()).toHaveLength(1);
    expect(await house.database.source.query('SELECT FROM object_checks')).toEqual([]);
    expect(await state()).toEqual([]);
  });
});

describe('over several pages', () => {
  const secondListWaits = { fault: 'request.delay', operation: 'ListObjects', every: 2, delayMs: 25_000 };
  const keys = Array.from({ length: 2_500 }, (_, index) => `p/${String(index).padStart(5, '0')}`);

  test('who is stopped goes on where it was, and whoever asks for something else begins anew', async () => {
    await putMany(keys);
    const stopping = new AbortController();
    await fault([secondListWaits]);
    const stopped = reconcile({}, {}, stopping.signal);
    await eventually(async () => ((await rows()).length > 0 ? true : undefined));
    stopping.abort();
    expect(await stopped).toMatchObject({ isComplete: false, found: { looked: 1_000 } });
    expect(await state()).toMatchObject([{ marker: { key: 'p/00999' }, finishedAt: null }]);
    await fault([]);
    const rest = await reconcile();
    expect(rest).toMatchObject({ isComplete: true, found: { looked: 2_500, counts: { missing: 2_500 } } });
    expect(rest.found.examples.missing).toHaveLength(100);
    expect(await state()).toMatchObject([{ marker: { key: 'p/02499' }, finishedAt: expect.any(Date) }]);
    await house.database.source.query('UPDATE reconciles SET finished_at = NULL');
    const later = new Date(Date.now() + 3_600_000);
    const again = await reconcile({ since: later, asked: '--since' });
    expect(again.found).toMatchObject({ looked: 2_500, counts: { missing: 0 } });
  });

  /** Postgres lets go of the lock of a process that is gone once it notices. */
  const heldLocks = (): Promise<unknown[]> =>
    house.database.source.query(
      `SELECT FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );

  test('a command that is killed is gone on with by the next, and two at once are refused', async () => {
    await putMany(keys);
    await fault([secondListWaits]);
    const first = command('--json', '--until', '0s');
    await eventually(async () => ((await rows()).length >= 1_000 ? true : undefined));
    const second = command();
    expect((await second.ended)[0]).toBe(1);
    expect(await second.output).toContain('reconcile.running');
    first.child.kill('SIGKILL');
    await first.ended;
    await eventually(async () => ((await heldLocks()).length === 0 ? true : undefined));
    await fault([]);
    const third = command('--json', '--until', '0s');
    expect((await third.ended)[0]).toBe(0);
    expect(JSON.parse(await third.output)).toMatchObject({
      bucket: house.bucket,
      complete: true,
      looked: 2_500,
    });
    // What the one that was killed had not written down yet was compared again, and changed nothing.
    expect(await rows()).toHaveLength(2_500);
  });
});

describe('what the bucket lacks', () => {
  const gone = () =>
    house.database.source.query('SELECT upload_id AS id FROM object_checks ORDER BY 1') as Promise<
      { id: string }[]
    >;

  test('is asked for: uploads whose object is not listed, wherever their keys are', async () => {
    for (const key of ['b', 'd']) await put(key);
    const ids = await Promise.all(['a', 'c', 'e', 'z/1'].map((key) => insertUpload(key)));
    for (const key of ['b', 'd']) await insertUpload(key);
    await insertUpload('deleted', { status: 'deleted' });
    await insertUpload('unconfirmed', { confirmedAt: null, status: 'stored' });
    await insertUpload('other bucket', { bucket: 'other' });
    const { found } = await reconcile();
    expect(found).toMatchObject({
      counts: { missing: 0, gone: 4 },
      examples: { gone: ['a', 'c', 'e', 'z/1'] },
    });
    expect((await gone()).map(({ id }) => id)).toEqual(ids.toSorted());
    await house.database.source.query('TRUNCATE object_checks');
    expect((await reconcile({ prefix: 'z/' })).found.counts.gone).toBe(1);
    expect((await reconcile({ prefix: 'y' })).found.counts.gone).toBe(0);
  });

  test('never ends uploads because the bucket is gone', async () => {
    await insertUpload('a');
    await expect(reconcile({ bucket: 'nowhere' })).rejects.toMatchObject({ code: 'object.missing' });
    expect(await gone()).toEqual([]);
  });

  test('a bucket that vanishes in the middle of a listing ends it, and the progress is kept', async () => {
    await putMany(Array.from({ length: 1_001 }, (_, index) => `v/${String(index).padStart(5, '0')}`));
    await insertUpload('v/09999');
    await fault([
      { fault: 'request.refuse', operation: 'ListObjects', every: 2, status: 404, code: 'NoSuchBucket' },
    ]);
    await expect(reconcile()).rejects.toMatchObject({ code: 'object.missing' });
    await fault([]);
    expect(await state()).toMatchObject([{ marker: { key: 'v/00999' }, finishedAt: null }]);
    expect(await gone()).toEqual([]);
    expect((await reconcile()).found).toMatchObject({ looked: 1_001, counts: { missing: 1_001, gone: 1 } });
  });
});

describe('what was made', () => {
  const version = async (uploadId: string, more: Partial<RenditionVersion>) => {
    const id = newId();
    await house.database.source.getRepository(RenditionVersion).insert({
      id,
      uploadId,
      position: 0,
      name: 'small',
      kind: 'image',
      job: 'upload.process',
      spec: {},
      specHash: 'hash',
      status: 'ready',
      createdAt: new Date(0),
      updatedAt: new Date(0),
      ...more,
    });
    return id;
  };

  test('and is gone from the bucket is found, and made again on request', async () => {
    await put('photo.jpg');
    const id = await insertUpload('photo.jpg');
    const [kept, lost] = [`renditions/${id}/kept-hash.webp`, `renditions/${id}/small-hash.webp`];
    await put(kept);
    await version(id, { name: 'large', objectKey: kept, storageKeys: [kept] });
    await version(id, { objectKey: lost, storageKeys: [lost] });
    const first = await reconcile();
    expect(first.found.counts).toEqual({ ...none, unmade: 1 });
    expect(first.found.examples.unmade).toEqual([lost]);
    const versions = () =>
      house.database.source.getRepository(RenditionVersion).find({ order: { id: 'ASC' } });
    expect((await versions()).map(({ status }) => status)).toEqual(['ready', 'ready']);
    await reconcile({}, { doesRemake: true });
    expect((await versions()).map(({ name, status }) => `${name} ${status}`)).toEqual([
      'large ready',
      'small retired',
      'small pending',
    ]);
  });

  test('and no row names is found, and removed on request', async () => {
    await put('photo.jpg');
    const id = await insertUpload('photo.jpg');
    const folder = `renditions/${id}/stream-hash/`;
    await version(id, { kind: 'hls', objectKey: `${folder}master.m3u8`, storageKeys: [folder] });
    const other = newId();
    const orphans = [
      `renditions/${id}/old-hash.webp`,
      `renditions/${other}/a.webp`,
      `renditions/${other}/b/c.ts`,
    ];
    for (const key of [
      ...orphans,
      `${folder}master.m3u8`,
      `${folder}0/1.m4s`,
      'renditions/readme.txt',
      'renditionsx',
    ])
      await put(key);
    const { found } = await reconcile();
    expect(found.counts).toEqual({ ...none, missing: 1, orphaned: 3 });
    expect(found.examples.orphaned.toSorted()).toEqual(orphans.toSorted());
    const stored = async () =>
      ((await house.client.list({ 'max-keys': 100 }, {})).objects ?? []).map(({ name }) => name);
    expect(await stored()).toHaveLength(8);
    await reconcile({}, { removesOrphans: true, isDryRun: true });
    expect(await stored()).toHaveLength(8);
    await reconcile({}, { removesOrphans: true });
    expect(await stored()).toEqual(
      [
        'photo.jpg',
        'renditions/readme.txt',
        `${folder}0/1.m4s`,
        `${folder}master.m3u8`,
        'renditionsx',
      ].toSorted(),
    );
  });
});
