import { parsePipelines, type Pipelines, planRenditions } from '#pipelines';
import { createLogger, firstIdOf, LandfallError, newId } from '#runtime';
import { testDatabase, type TestDatabase } from '#testing';
import {
  beginRun,
  failRenditions,
  type MadeRendition,
  pendingRenditions,
  publishRendition,
  recordPlan,
  Removal,
  removeReplaced,
  Rendition,
  reprocessPage,
  reprocessUpload,
  sweepUploads,
  Upload,
} from '#uploads';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

const logger = createLogger('test', 'silent');
const never = new AbortController().signal;
const sweepAfterMs = 60_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
beforeEach(async () => {
  await database.source.query('TRUNCATE uploads, renditions, outbox, removals');
});
afterAll(() => database[Symbol.asyncDispose]());

/** A pipelines file with these image renditions: name → width, or a whole spec. */
function fileOf(images: Record<string, number>, more = ''): Pipelines {
  const lines = Object.entries(images).map(
    ([name, width]) =>
      `      - { name: ${name}, kind: image, width: ${width}, format: ${name.startsWith('fine') ? 'avif' : 'webp'} }`,
  );
  return parsePipelines(
    `version: 1\npipelines:\n  - name: photos\n    match: { kind: image }\n    renditions:\n${lines.join('\n')}\n${more}`,
    'pipelines.yaml',
  );
}
const films = `  - name: films\n    match: { kind: video }\n    renditions:\n      - { name: stream, kind: hls, heights: [480] }\n`;

const request = (pipelines: Pipelines, names?: string[]) => ({ pipelines, names, sweepAfterMs });

async function landed(values: Partial<Upload> = {}): Promise<string> {
  const id = values.id ?? newId();
  const now = new Date();
  await database.source.getRepository(Upload).insert({
    id,
    bucket: 'landfall',
    objectKey: `photos/${id}.jpg`,
    etag: 'D41D8CD98F00B204E9800998ECF8427E',
    sizeBytes: '1',
    status: 'stored',
    source: 'callback',
    sweepAt: now,
    createdAt: now,
    updatedAt: now,
    ...values,
  });
  return id;
}

async function planned(pipelines: Pipelines, kind: 'image' | 'video' = 'image'): Promise<string> {
  const id = await landed();
  const upload = await beginRun(database.source, id, 'upload.process');
  if (!upload) throw new Error('it is not open');
  const mimeType = kind === 'image' ? 'image/jpeg' : 'video/mp4';
  const plan = planRenditions(pipelines, { ...upload, kind, mimeType, sizeBytes: 1 });
  await recordPlan(
    database.source,
    id,
    { kind, mimeType, metadata: {}, pipeline: plan?.pipeline ?? null, renditions: plan?.renditions ?? [] },
    'upload.process',
  );
  return id;
}

function madeOf({ uploadId, name, specHash, kind }: Rendition): MadeRendition {
  const base = `renditions/${uploadId}/${name}-${specHash}`;
  return {
    specHash,
    objectKey: kind === 'hls' ? `${base}/master.m3u8` : `${base}.webp`,
    mimeType: 'image/webp',
    width: 1,
    height: 1,
    sizeBytes: 1,
    durationMs: null,
  };
}

/** Does what a job does with what it finds; returns the names. */
async function make(id: string, ...jobs: Parameters<typeof pendingRenditions>[2][]): Promise<string[]> {
  const names: string[] = [];
  for (const job of jobs) {
    for (const rendition of await pendingRenditions(database.source, id, job)) {
      await publishRendition(database.source, id, rendition.name, madeOf(rendition));
      names.push(rendition.name);
    }
  }
  return names;
}

const fresh = ['upload.process', 'upload.refine', 'upload.transcode'] as const;
const again = ['upload.reprocess', 'upload.retranscode'] as const;

async function ready(pipelines: Pipelines, kind: 'image' | 'video' = 'image'): Promise<string> {
  const id = await planned(pipelines, kind);
  await make(id, ...fresh);
  await database.source.query('DELETE FROM outbox');
  return id;
}

const uploadOf = (id: string) => database.source.getRepository(Upload).findOneByOrFail({ id });
const renditionsOf = (uploadId: string) =>
  database.source.getRepository(Rendition).find({ where: { uploadId }, order: { position: 'ASC' } });
const renditionOf = async (id: string, name: string) => {
  const found = (await renditionsOf(id)).find((rendition) => rendition.name === name);
  if (!found) throw new Error(`there is no ${name}`);
  return found;
};
async function queued(): Promise<string[]> {
  const rows = (await database.source.query('DELETE FROM outbox RETURNING name')) as [
    { name: string }[],
    number,
  ];
  return rows[0].map((row) => row.name).toSorted();
}
async function removed(urlLifetimeMs = 0): Promise<string[]> {
  const keys: string[] = [];
  const remove = async ({ objectKey }: { objectKey: string }) => {
    keys.push(objectKey);
  };
  await removeReplaced(database.source, remove, urlLifetimeMs, { signal: never, logger });
  return keys;
}

const two = fileOf({ small: 100, large: 200 });
const changed = fileOf({ small: 101, large: 200 });

test('an AVIF has a job of its own, and the upload is ready when it is made too', async () => {
  const id = await planned(fileOf({ small: 100, fine: 100 }));
  expect(await queued()).toEqual(['upload.refine']);
  expect(await make(id, 'upload.process')).toEqual(['small']);
  expect((await uploadOf(id)).status).toBe('processing');
  expect(await make(id, 'upload.refine')).toEqual(['fine']);
  expect((await uploadOf(id)).status).toBe('ready');
});

test('a second run makes only what the first has not', async () => {
  const id = await planned(two);
  const [first] = await pendingRenditions(database.source, id, 'upload.process');
  if (!first) throw new Error('nothing is planned');
  await publishRendition(database.source, id, first.name, madeOf(first));
  expect(await make(id, 'upload.process')).toEqual(['large']);
});

test('a changed preset makes that rendition again: the old one is served until then, and removed when its URLs are over', async () => {
  const id = await ready(two);
  const old = await renditionOf(id, 'small');
  expect(await reprocessUpload(database.source, id, request(changed))).toBe(1);
  expect(await queued()).toEqual(['upload.reprocess']);
  expect(await uploadOf(id)).toMatchObject({ status: 'ready' });
  expect(await renditionOf(id, 'small')).toMatchObject({ status: 'ready', objectKey: old.objectKey });
  expect(await removed()).toEqual([]);

  expect(await beginRun(database.source, id, 'upload.process')).toBeNull();
  expect(await beginRun(database.source, id, 'upload.reprocess')).toMatchObject({ status: 'ready' });
  expect(await make(id, ...again)).toEqual(['small']);
  const now = await renditionOf(id, 'small');
  expect(now).toMatchObject({ status: 'ready', wanted: null, spec: { width: 101 } });
  expect(now.objectKey).not.toBe(old.objectKey);
  expect(await uploadOf(id)).toMatchObject({ status: 'ready', reprocessingSince: null });
  expect(await beginRun(database.source, id, 'upload.reprocess')).toBeNull();

  expect(await removed(3_600_000)).toEqual([]);
  expect(await removed()).toEqual([old.objectKey]);
  expect(await removed()).toEqual([]);
});

test('what cannot be removed stays to be removed, and does not keep others back', async () => {
  const ids = [await ready(two), await ready(two)];
  for (const id of ids) {
    await reprocessUpload(database.source, id, request(changed));
    await make(id, ...again);
  }
  let failed = '';
  const remove = async ({ objectKey }: { objectKey: string }) => {
    if (failed === '') {
      failed = objectKey;
      throw new LandfallError('storage.unavailable');
    }
  };
  expect(await removeReplaced(database.source, remove, 1, { signal: never, logger })).toBe(1);
  await database.source.query(`UPDATE removals SET due_at = now() - interval '1 minute'`);
  expect(await removed()).toEqual([failed]);
});

test('two workers that remove at once remove each object once', async () => {
  for (let count = 0; count < 5; count += 1) {
    const id = await ready(two);
    await reprocessUpload(database.source, id, request(changed));
    await make(id, ...again);
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
  expect(await queued()).toEqual(['upload.retranscode']);
  expect(await make(id, ...again)).toEqual(['stream']);
  expect(await removed()).toEqual([`renditions/${id}/stream-${old.specHash}/`]);
});

test('a run that died is gone on with: only what it had not made is made', async () => {
  const id = await ready(two);
  const wider = fileOf({ small: 101, large: 201 });
  await reprocessUpload(database.source, id, request(wider));
  await beginRun(database.source, id, 'upload.reprocess');
  const [first] = await pendingRenditions(database.source, id, 'upload.reprocess');
  if (!first) throw new Error('nothing is wanted');
  await publishRendition(database.source, id, first.name, madeOf(first));
  expect(await uploadOf(id)).toMatchObject({ status: 'ready', reprocessingSince: expect.any(Date) });
  expect(await beginRun(database.source, id, 'upload.reprocess')).toMatchObject({ runs: 2 });
  expect(await make(id, ...again)).toEqual(['large']);
  expect(await uploadOf(id)).toMatchObject({ status: 'ready', reprocessingSince: null });
});

test('a file that is changed back calls the remake off, and keeps the objects that are wanted again', async () => {
  const id = await ready(two);
  const old = await renditionOf(id, 'small');
  await reprocessUpload(database.source, id, request(changed));
  expect(await reprocessUpload(database.source, id, request(two))).toBe(1);
  expect(await renditionOf(id, 'small')).toMatchObject({ wanted: null, objectKey: old.objectKey });
  expect(await uploadOf(id)).toMatchObject({ status: 'ready', reprocessingSince: null });

  await reprocessUpload(database.source, id, request(changed));
  await make(id, ...again);
  await reprocessUpload(database.source, id, request(two));
  expect(await removed()).toEqual([]);
  await make(id, ...again);
  expect(await renditionOf(id, 'small')).toMatchObject({ objectKey: old.objectKey });
  expect(await removed()).toEqual([expect.stringContaining('/small-')]);
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
  expect(await make(id, ...again)).toEqual(['tiny']);
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
  await failRenditions(database.source, id, 'upload.process', new LandfallError('media.damaged'));
  expect(await uploadOf(id)).toMatchObject({ status: 'failed', errorCode: 'media.damaged' });
  expect(await reprocessUpload(database.source, id, request(two))).toBe(2);
  expect(await uploadOf(id)).toMatchObject({ status: 'processing', errorCode: null });
  expect(await make(id, ...again)).toEqual(['small', 'large']);
  expect(await uploadOf(id)).toMatchObject({ status: 'ready', errorCode: null, reprocessingSince: null });

  const other = await landed();
  await beginRun(database.source, other, 'upload.process');
  await failRenditions(database.source, other, 'upload.process', new LandfallError('object.missing'));
  await queued();
  expect(await reprocessUpload(database.source, other, request(two))).toBe(1);
  expect(await queued()).toEqual(['upload.reprocess']);
  expect(await beginRun(database.source, other, 'upload.reprocess')).toMatchObject({
    status: 'processing',
    kind: null,
    runs: 1,
  });
  await failRenditions(database.source, other, 'upload.reprocess', new LandfallError('object.missing'));
  expect(await uploadOf(other)).toMatchObject({ status: 'failed', reprocessingSince: null });
});

test('a remake that fails leaves what there is, with the reason, and can be asked for again', async () => {
  const id = await ready(two);
  await reprocessUpload(database.source, id, request(changed));
  await failRenditions(database.source, id, 'upload.reprocess', new LandfallError('media.timed_out'));
  expect(await renditionOf(id, 'small')).toMatchObject({
    status: 'ready',
    errorCode: 'media.timed_out',
    wanted: null,
    spec: { width: 100 },
  });
  expect(await uploadOf(id)).toMatchObject({ status: 'ready', errorCode: null, reprocessingSince: null });
  expect(await reprocessUpload(database.source, id, request(changed))).toBe(1);
  await make(id, ...again);
  expect(await renditionOf(id, 'small')).toMatchObject({ errorCode: null, spec: { width: 101 } });
});

test('asked for several times at once, it is made once', async () => {
  const id = await ready(two);
  const counts = await Promise.all(
    Array.from({ length: 6 }, () => reprocessUpload(database.source, id, request(changed))),
  );
  expect(counts.toSorted()).toEqual([0, 0, 0, 0, 0, 1]);
  expect(await make(id, ...again)).toEqual(['small']);
});

test('asked for while the upload is processed, whatever comes first, the new one stays and nothing else is left', async () => {
  for (const lateOldOne of [false, true]) {
    const id = await planned(two);
    const [old] = await pendingRenditions(database.source, id, 'upload.process');
    if (!old) throw new Error('nothing is planned');
    expect(await reprocessUpload(database.source, id, request(changed))).toBe(1);
    const publishOld = () => publishRendition(database.source, id, old.name, madeOf(old));
    if (!lateOldOne) await publishOld();
    expect(await make(id, ...again)).toEqual(['small']);
    if (lateOldOne) await publishOld();
    await make(id, 'upload.process');
    expect(await renditionOf(id, 'small')).toMatchObject({
      status: 'ready',
      spec: { width: 101 },
      wanted: null,
    });
    expect(await uploadOf(id)).toMatchObject({ status: 'ready', reprocessingSince: null });
    expect(await removed()).toEqual([madeOf(old).objectKey]);
  }
});

test('a job that runs twice publishes once, and removes nothing that is served', async () => {
  const id = await ready(two);
  await reprocessUpload(database.source, id, request(changed));
  const [small] = await pendingRenditions(database.source, id, 'upload.reprocess');
  if (!small) throw new Error('nothing is wanted');
  await Promise.all([1, 2, 3].map(() => publishRendition(database.source, id, 'small', madeOf(small))));
  expect(await removed()).toHaveLength(1);
  expect((await renditionOf(id, 'small')).objectKey).toBe(madeOf(small).objectKey);
});

test('an upload that goes meanwhile takes its remake with it', async () => {
  const id = await ready(two);
  await reprocessUpload(database.source, id, request(changed));
  const [small] = await pendingRenditions(database.source, id, 'upload.reprocess');
  if (!small) throw new Error('nothing is wanted');
  await database.source.getRepository(Upload).delete({ id });
  await publishRendition(database.source, id, 'small', madeOf(small));
  await failRenditions(database.source, id, 'upload.reprocess', new LandfallError('media.damaged'));
  expect(await beginRun(database.source, id, 'upload.reprocess')).toBeNull();
  await expect(reprocessUpload(database.source, id, request(changed))).rejects.toMatchObject({
    code: 'upload.not_found',
  });
});

test('the sweep queues again what a queue forgot, of ready uploads too', async () => {
  const id = await ready(two);
  await reprocessUpload(database.source, id, request(changed));
  await queued();
  expect(await sweepUploads(database.source, 1_000, never)).toBe(0);
  await database.source.query('UPDATE uploads SET sweep_at = now()');
  expect(await sweepUploads(database.source, 1_000, never)).toBe(1);
  expect(await queued()).toEqual(['upload.reprocess']);
  const other = await landed({ status: 'processing', reprocessingSince: new Date() });
  expect(await sweepUploads(database.source, 1_000, never)).toBe(1);
  expect(await queued()).toEqual(['upload.reprocess']);
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
  const renditions = await renditionsOf(template);
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
    for (const rendition of renditions) {
      const row = { ...rendition, id: newId(), uploadId: id };
      await database.source.getRepository(Rendition).insert(row as never);
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
  expect(await database.source.getRepository(Removal).count()).toBe(0);
});
