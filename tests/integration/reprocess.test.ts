import { firstIdOf, LandfallError, newId } from '#runtime';
import {
  beginRun,
  failVersions,
  pendingVersions,
  publishVersion,
  RenditionVersion,
  reprocessPage,
  reprocessUpload,
  sweepUploads,
  Upload,
} from '#uploads';
import { expect, test } from 'vitest';
import { changed, fileOf, jobs, madeOf, request, two, useUploads } from './reprocess.fixture.js';

const never = new AbortController().signal;
const { database, landed, planned, make, ready, uploadOf, renditionsOf, renditionOf, queued } = useUploads();

test('an AVIF has a job of its own, and the upload is ready when it is made too', async () => {
  const id = await planned(fileOf({ small: 100, fine: 100 }));
  expect(await queued()).toEqual(['upload.render']);
  expect(await make(id, 'upload.process')).toEqual(['small']);
  expect((await uploadOf(id)).status).toBe('processing');
  expect(await make(id, 'upload.render')).toEqual(['fine']);
  expect((await uploadOf(id)).status).toBe('ready');
});

test('a second run makes only what the first has not', async () => {
  const id = await planned(two);
  const [first] = await pendingVersions(database.source, id, 'upload.process');
  if (!first) throw new Error('nothing is planned');
  await publishVersion(database.source, first, madeOf(first));
  expect(await make(id, 'upload.process')).toEqual(['large']);
});

test('a run that died is gone on with: only what it had not made is made', async () => {
  const id = await ready(two);
  const wider = fileOf({ small: 101, large: 201 });
  await reprocessUpload(database.source, id, request(wider));
  await beginRun(database.source, id);
  const [first] = await pendingVersions(database.source, id, 'upload.process');
  if (!first) throw new Error('nothing is wanted');
  await publishVersion(database.source, first, madeOf(first));
  expect(await uploadOf(id)).toMatchObject({ status: 'ready', reprocessingSince: expect.any(Date) });
  expect(await beginRun(database.source, id)).toMatchObject({ runs: 2 });
  expect(await make(id, ...jobs)).toEqual(['large']);
  expect(await uploadOf(id)).toMatchObject({ status: 'ready', reprocessingSince: null });
});

test('a rendition that is new in the file is made, and the upload stays ready meanwhile', async () => {
  const id = await ready(two);
  const more = fileOf({ tiny: 10, small: 100, large: 200 });
  expect(await reprocessUpload(database.source, id, request(more))).toBe(1);
  expect(await uploadOf(id)).toMatchObject({ status: 'ready' });
  expect((await renditionsOf(id)).map(({ name, status }) => [name, status])).toContainEqual([
    'tiny',
    'pending',
  ]);
  expect(await make(id, ...jobs)).toEqual(['tiny']);
  expect(await uploadOf(id)).toMatchObject({ status: 'ready', reprocessingSince: null });
});

test('a rendition that is no longer in the file stays', async () => {
  const id = await ready(two);
  expect(await reprocessUpload(database.source, id, request(fileOf({ small: 100 })))).toBe(0);
  expect(await renditionsOf(id)).toHaveLength(2);
  expect(await queued()).toEqual([]);
});

test('what failed is made again, of an upload that failed unplanned everything', async () => {
  const id = await planned(two);
  await failVersions(database.source, id, 'upload.process', new LandfallError('media.damaged'));
  expect(await uploadOf(id)).toMatchObject({ status: 'failed', errorCode: 'media.damaged' });
  expect(await reprocessUpload(database.source, id, request(two))).toBe(2);
  expect(await uploadOf(id)).toMatchObject({ status: 'processing', errorCode: null });
  expect(await make(id, ...jobs)).toEqual(['small', 'large']);
  expect(await uploadOf(id)).toMatchObject({ status: 'ready', errorCode: null, reprocessingSince: null });

  const other = await landed();
  await beginRun(database.source, other);
  await failVersions(database.source, other, 'upload.process', new LandfallError('object.missing'));
  await queued();
  expect(await reprocessUpload(database.source, other, request(two))).toBe(1);
  expect(await queued()).toEqual(['upload.process']);
  expect(await beginRun(database.source, other)).toMatchObject({
    status: 'processing',
    kind: null,
    runs: 1,
  });
  await failVersions(database.source, other, 'upload.process', new LandfallError('object.missing'));
  expect(await uploadOf(other)).toMatchObject({ status: 'failed', reprocessingSince: null });
});

test('a remake that fails leaves what there is, with the reason, and can be asked for again', async () => {
  const id = await ready(two);
  await reprocessUpload(database.source, id, request(changed));
  await failVersions(database.source, id, 'upload.process', new LandfallError('media.timed_out'));
  expect(await renditionOf(id, 'small')).toMatchObject({
    status: 'ready',
    errorCode: 'media.timed_out',

    spec: { width: 100 },
  });
  expect(await uploadOf(id)).toMatchObject({ status: 'ready', errorCode: null, reprocessingSince: null });
  expect(await reprocessUpload(database.source, id, request(changed))).toBe(1);
  await make(id, ...jobs);
  expect(await renditionOf(id, 'small')).toMatchObject({ errorCode: null, spec: { width: 101 } });
});

test('asked for several times at once, it is made once', async () => {
  const id = await ready(two);
  const counts = await Promise.all(
    Array.from({ length: 6 }, () => reprocessUpload(database.source, id, request(changed))),
  );
  expect(counts.toSorted()).toEqual([0, 0, 0, 0, 0, 1]);
  expect(await make(id, ...jobs)).toEqual(['small']);
});

test('an upload that goes meanwhile takes its remake with it', async () => {
  const id = await ready(two);
  await reprocessUpload(database.source, id, request(changed));
  const [small] = await pendingVersions(database.source, id, 'upload.process');
  if (!small) throw new Error('nothing is wanted');
  await database.source.getRepository(Upload).delete({ id });
  await publishVersion(database.source, small, madeOf(small));
  await failVersions(database.source, id, 'upload.process', new LandfallError('media.damaged'));
  expect(await beginRun(database.source, id)).toBeNull();
  await expect(reprocessUpload(database.source, id, request(changed))).rejects.toMatchObject({
    code: 'upload.not_found',
  });
});

test('the sweep queues again what a queue forgot, of ready uploads too', async () => {
  const id = await ready(two);
  await reprocessUpload(database.source, id, request(changed));
  await queued();
  expect(await sweepUploads(database.source, 60_000, never)).toBe(0);
  await database.source.query('UPDATE uploads SET sweep_at = now()');
  expect(await sweepUploads(database.source, 60_000, never)).toBe(1);
  expect(await queued()).toEqual(['upload.process']);
  const other = await landed({ status: 'processing', reprocessingSince: new Date() });
  expect(await sweepUploads(database.source, 60_000, never)).toBe(1);
  expect(await queued()).toEqual(['upload.process']);
  expect((await uploadOf(other)).sweepAt.getTime()).toBeGreaterThan(Date.now());
});

test('a name that the file does not have is refused', async () => {
  const id = await ready(two);
  await expect(reprocessUpload(database.source, id, request(two, ['huge']))).rejects.toMatchObject({
    code: 'rendition.unknown',
    message: expect.stringContaining('small, large'),
  });
  const unplanned = await landed();
  await expect(reprocessUpload(database.source, unplanned, request(two, ['huge']))).rejects.toMatchObject({
    code: 'rendition.unknown',
  });
  expect(await reprocessUpload(database.source, unplanned, request(two, ['small']))).toBe(0);
});

test('over a filter it goes page by page, counts first when told so, and asks for nothing twice', async () => {
  const template = await ready(two);
  const versions = await database.source.getRepository(RenditionVersion).findBy({ uploadId: template });
  const start = Date.now() - 3_600_000;
  const ids = Array.from({ length: 430 }, (_, index) => firstIdOf(start + index));
  for (const [index, id] of ids.entries()) {
    const prefix = index % 2 ? 'odd' : 'even';
    await landed({
      id,
      objectKey: `${prefix}/${index}.jpg`,
      kind: 'image',
      mimeType: 'image/jpeg',
      status: 'ready',
    });
    for (const version of versions) {
      const row = { ...version, id: newId(), uploadId: id };
      await database.source.getRepository(RenditionVersion).insert(row);
    }
  }
  const failed = await landed({ objectKey: 'odd/failed.jpg', status: 'failed' });
  const all = async (dryRun: boolean, prefix: string) => {
    const total = { pages: 0, looked: 0, uploads: 0, renditions: 0 };
    for (let cursor: string | null | undefined; cursor !== null; total.pages += 1) {
      const page = await reprocessPage(
        database.source,
        request(changed, ['small']),
        { prefix },
        { cursor, dryRun },
      );
      total.looked += page.looked;
      total.uploads += page.uploads;
      total.renditions += page.renditions;
      cursor = page.nextCursor;
    }
    return total;
  };
  expect(await all(true, 'odd/')).toEqual({ pages: 2, looked: 216, uploads: 216, renditions: 216 });
  expect(await queued()).toEqual([]);
  expect(await all(false, 'odd/')).toEqual({ pages: 2, looked: 216, uploads: 216, renditions: 216 });
  expect(await queued()).toHaveLength(216);
  expect(await uploadOf(failed)).toMatchObject({ status: 'processing' });
  expect(await all(false, 'odd/')).toEqual({ pages: 2, looked: 216, uploads: 0, renditions: 0 });
  expect(await all(true, 'even/')).toMatchObject({ looked: 215, uploads: 215 });
  await expect(
    reprocessPage(database.source, request(changed, ['huge']), {}, { dryRun: true }),
  ).rejects.toMatchObject({ code: 'rendition.unknown' });
  expect(await database.source.getRepository(RenditionVersion).countBy({ status: 'retired' })).toBe(0);
});

test('what is planned again is the newer one, also where the clock of who planned it first is ahead', async () => {
  const id = await ready(two);
  const ahead = firstIdOf(Date.now() + 3_600_000);
  await database.source.query(
    `UPDATE rendition_versions SET id = $2 WHERE upload_id = $1 AND name = 'small'`,
    [id, ahead],
  );
  expect(await reprocessUpload(database.source, id, request(changed))).toBe(1);
  expect(await reprocessUpload(database.source, id, request(changed))).toBe(0);
  await make(id, ...jobs);
  expect(await renditionOf(id, 'small')).toMatchObject({ status: 'ready', spec: { width: 101 } });
  expect(await uploadOf(id)).toMatchObject({ status: 'ready', reprocessingSince: null });
});
