import { createLogger, LandfallError } from '#runtime';
import { beginRun, pendingVersions, publishVersion, removeRetired, reprocessUpload } from '#uploads';
import { expect, test } from 'vitest';
import { changed, fileOf, jobs, madeOf, request, two, useUploads } from './reprocess.fixture.js';

const logger = createLogger('test', 'silent');
const never = new AbortController().signal;
const { database, planned, make, ready, uploadOf, renditionOf, queued } = useUploads();
const films = `  - name: films\n    match: { kind: video }\n    renditions:\n      - { name: stream, kind: hls, heights: [480] }\n`;

async function removed(urlLifetimeMs = 0): Promise<string[]> {
  const keys: string[] = [];
  const remove = async ({ objectKey }: { objectKey: string }) => {
    keys.push(objectKey);
  };
  await removeRetired(database.source, remove, urlLifetimeMs, { signal: never, logger });
  return keys;
}

test('a changed preset makes that rendition again: the old one is served until then, and removed when its URLs are over', async () => {
  const id = await ready(two);
  const old = await renditionOf(id, 'small');
  expect(await reprocessUpload(database.source, id, request(changed))).toBe(1);
  expect(await queued()).toEqual(['upload.process']);
  expect(await uploadOf(id)).toMatchObject({ status: 'ready' });
  expect(await renditionOf(id, 'small')).toMatchObject({ status: 'ready', objectKey: old.objectKey });
  expect(await removed()).toEqual([]);

  expect(await beginRun(database.source, id)).toMatchObject({ status: 'ready' });
  expect(await make(id, ...jobs)).toEqual(['small']);
  const now = await renditionOf(id, 'small');
  expect(now).toMatchObject({ status: 'ready', spec: { width: 101 } });
  expect(now.objectKey).not.toBe(old.objectKey);
  expect(await uploadOf(id)).toMatchObject({ status: 'ready', reprocessingSince: null });
  expect(await beginRun(database.source, id)).toBeNull();

  expect(await removed(3_600_000)).toEqual([]);
  expect(await removed()).toEqual([old.objectKey]);
  expect(await removed()).toEqual([]);
});

test('an object that two renditions share goes with the last of them', async () => {
  const id = await ready(two);
  const old = await renditionOf(id, 'small');
  await database.source.query(
    `UPDATE rendition_versions SET object_key = $2, storage_keys = ARRAY[$2] WHERE upload_id = $1`,
    [id, old.objectKey],
  );
  await reprocessUpload(database.source, id, request(changed));
  await make(id, ...jobs);
  expect(await removed()).toEqual([]);
  await reprocessUpload(database.source, id, request(fileOf({ small: 101, large: 301 })));
  await make(id, ...jobs);
  expect(await removed()).toEqual([old.objectKey]);
});

test('what cannot be removed stays to be removed, and does not keep others back', async () => {
  const ids = [await ready(two), await ready(two)];
  for (const id of ids) {
    await reprocessUpload(database.source, id, request(changed));
    await make(id, ...jobs);
  }
  let failed = '';
  const remove = async ({ objectKey }: { objectKey: string }) => {
    if (failed === '') {
      failed = objectKey;
      throw new LandfallError('storage.unavailable');
    }
  };
  expect(await removeRetired(database.source, remove, 1, { signal: never, logger })).toBe(1);
  await database.source.query(
    `UPDATE rendition_versions SET due_at = now() - interval '1 minute' WHERE due_at IS NOT NULL`,
  );
  expect(await removed()).toEqual([failed]);
});

test('two workers that remove at once remove each object once', async () => {
  for (let count = 0; count < 5; count += 1) {
    const id = await ready(two);
    await reprocessUpload(database.source, id, request(changed));
    await make(id, ...jobs);
  }
  const keys = (await Promise.all([removed(), removed(), removed()])).flat();
  expect(new Set(keys).size).toBe(5);
  expect(keys).toHaveLength(5);
});

test('a stream is removed with all that lies below it', async () => {
  const id = await ready(fileOf({ small: 100 }, films), 'video');
  const old = await renditionOf(id, 'stream');
  const other = fileOf({ small: 100 }, films.replace('480', '360'));
  expect(await reprocessUpload(database.source, id, request(other))).toBe(1);
  expect(await queued()).toEqual(['upload.transcode']);
  expect(await make(id, ...jobs)).toEqual(['stream']);
  expect(await removed()).toEqual([`renditions/${id}/stream-${old.specHash}/`]);
});

test('a file that is changed back calls the remake off, and keeps the objects that are wanted again', async () => {
  const id = await ready(two);
  const old = await renditionOf(id, 'small');
  await reprocessUpload(database.source, id, request(changed));
  expect(await reprocessUpload(database.source, id, request(two))).toBe(1);
  expect(await renditionOf(id, 'small')).toMatchObject({ objectKey: old.objectKey });
  expect(await uploadOf(id)).toMatchObject({ status: 'ready', reprocessingSince: null });

  await reprocessUpload(database.source, id, request(changed));
  await make(id, ...jobs);
  await reprocessUpload(database.source, id, request(two));
  expect(await removed()).toEqual([]);
  await make(id, ...jobs);
  expect(await renditionOf(id, 'small')).toMatchObject({ objectKey: old.objectKey });
  expect(await removed()).toEqual([expect.stringContaining('/small-')]);
});

test('asked for while the upload is processed, whatever comes first, the new one stays and nothing else is left', async () => {
  for (const lateOldOne of [false, true]) {
    const id = await planned(two);
    const [old] = await pendingVersions(database.source, id, 'upload.process');
    if (!old) throw new Error('nothing is planned');
    expect(await reprocessUpload(database.source, id, request(changed))).toBe(1);
    const publishOld = () => publishVersion(database.source, old, madeOf(old));
    if (!lateOldOne) await publishOld();
    expect(await make(id, ...jobs)).toEqual(['small', 'large']);
    if (lateOldOne) await publishOld();
    expect(await renditionOf(id, 'small')).toMatchObject({
      status: 'ready',
      spec: { width: 101 },
    });
    expect(await uploadOf(id)).toMatchObject({ status: 'ready', reprocessingSince: null });
    expect(await removed()).toEqual([madeOf(old).objectKey]);
  }
});

test('a job that runs twice publishes once, and removes nothing that is served', async () => {
  const id = await ready(two);
  await reprocessUpload(database.source, id, request(changed));
  const [small] = await pendingVersions(database.source, id, 'upload.process');
  if (!small) throw new Error('nothing is wanted');
  await Promise.all([1, 2, 3].map(() => publishVersion(database.source, small, madeOf(small))));
  expect(await removed()).toHaveLength(1);
  expect((await renditionOf(id, 'small')).objectKey).toBe(madeOf(small).objectKey);
});
