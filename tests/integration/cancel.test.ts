import { createLogger, LandfallError } from '#runtime';
import {
  beginRun,
  cancelUpload,
  Chunk,
  deleteUpload,
  failVersions,
  findStreamKey,
  isWanted,
  pendingVersions,
  planChunks,
  publishVersion,
  recordEarly,
  recordProgress,
  removeRetired,
  reprocessUpload,
  reserveObjects,
  streamKey,
} from '#uploads';
import { newId } from '#runtime';
import { expect, test } from 'vitest';
import { changed, fileOf, jobs, madeOf, request, two, useUploads } from './reprocess.fixture.js';

const logger = createLogger('test', 'silent');
const never = new AbortController().signal;
const { database, landed, planned, make, ready, uploadOf, renditionOf, renditionsOf, queued } = useUploads();
const films = fileOf(
  { small: 100 },
  `  - name: films\n    match: { kind: video }\n    renditions:\n      - { name: stream, kind: hls }\n      - { name: file, kind: mp4 }\n`,
);
const made = { renditionPrefix: 'renditions/', urlLifetimeMs: 3_600_000 };

/** The keys that are removed now, or `laterMs` from now. */
async function removed(laterMs = 0): Promise<string[]> {
  const keys: string[] = [];
  await removeRetired(
    database.source,
    async ({ objectKey }) => void keys.push(objectKey),
    3_600_000 - laterMs,
    { signal: never, logger },
  );
  return keys;
}

async function streamOf(id: string) {
  const stream = (await pendingVersions(database.source, id, 'upload.transcode')).find(
    ({ name }) => name === 'stream',
  );
  if (!stream) throw new Error('no stream is pending');
  return stream;
}

test('cancelling ends what is pending with its code, keeps what is ready, and removes what was stored of the rest', async () => {
  const id = await planned(films, 'video');
  const stream = await streamOf(id);
  const file = await renditionOf(id, 'file');
  await publishVersion(database.source, file, madeOf(file));
  expect(await reserveObjects(database.source, stream, madeOf(stream).objectKey)).toBe(true);
  expect(await isWanted(database.source, id, 'upload.transcode')).toBe(true);

  await cancelUpload(database.source, id);
  expect(await isWanted(database.source, id, 'upload.transcode')).toBe(false);
  expect(await uploadOf(id)).toMatchObject({ status: 'failed', errorCode: 'rendition.cancelled' });
  expect(await renditionOf(id, 'file')).toMatchObject({ status: 'ready' });
  expect(await renditionOf(id, 'stream')).toMatchObject({
    status: 'failed',
    errorCode: 'rendition.cancelled',
  });
  expect(await beginRun(database.source, id)).toBeNull();
  expect(await removed()).toEqual([]);
  expect(await removed(3_600_000)).toEqual([`renditions/${id}/stream-${stream.specHash}/`]);

  const before = await renditionOf(id, 'stream');
  await cancelUpload(database.source, id);
  expect(await renditionOf(id, 'stream')).toEqual(before);
  await expect(cancelUpload(database.source, newId())).rejects.toMatchObject({ code: 'upload.not_found' });
});

test('an upload that is cancelled before it was planned fails, and is not planned afterwards', async () => {
  const id = await landed();
  await cancelUpload(database.source, id);
  expect(await uploadOf(id)).toMatchObject({ status: 'failed', errorCode: 'rendition.cancelled' });
  expect(await beginRun(database.source, id)).toBeNull();
});

test('what was cancelled can be asked for again, and its objects are then kept', async () => {
  const id = await planned(films, 'video');
  const stream = await streamOf(id);
  await reserveObjects(database.source, stream, madeOf(stream).objectKey);
  await cancelUpload(database.source, id);
  await reprocessUpload(database.source, id, request(films));
  expect(await isWanted(database.source, id, 'upload.process')).toBe(false);
  expect(await isWanted(database.source, id, 'upload.transcode')).toBe(true);
  expect((await make(id, ...jobs)).toSorted()).toEqual(['file', 'stream']);
  expect(await uploadOf(id)).toMatchObject({ status: 'ready', errorCode: null });
  expect(await removed(30 * 24 * 3_600_000)).toEqual([]);
});

test('cancelling what is made again keeps what is there', async () => {
  const id = await ready(two);
  await reprocessUpload(database.source, id, request(changed));
  const old = await renditionOf(id, 'small');
  await cancelUpload(database.source, id);
  expect(await uploadOf(id)).toMatchObject({ status: 'ready', reprocessingSince: null });
  expect(await renditionOf(id, 'small')).toMatchObject({
    status: 'ready',
    objectKey: old.objectKey,

    errorCode: 'rendition.cancelled',
  });
});

test('a job that hears too late of the end leaves nothing: what it publishes is removed', async () => {
  for (const end of [cancelUpload, (_: unknown, id: string) => deleteUpload(database.source, id, made)]) {
    const id = await planned(films, 'video');
    const stream = await streamOf(id);
    await end(database.source, id);
    expect(await reserveObjects(database.source, stream, madeOf(stream).objectKey)).toBe(false);
    await publishVersion(database.source, stream, madeOf(stream));
    expect(await pendingVersions(database.source, id, 'upload.transcode')).toEqual([]);
    expect(await removed(3_600_000)).toContain(`renditions/${id}/stream-${stream.specHash}/`);
  }
});

test('publishing calls the removal off, and a second worker that comes late changes nothing', async () => {
  const id = await planned(films, 'video');
  const stream = await streamOf(id);
  await Promise.all([1, 2].map(() => reserveObjects(database.source, stream, madeOf(stream).objectKey)));
  await publishVersion(database.source, stream, madeOf(stream));
  expect(await reserveObjects(database.source, stream, madeOf(stream).objectKey)).toBe(false);
  await publishVersion(database.source, stream, madeOf(stream));
  expect(await removed(30 * 24 * 3_600_000)).toEqual([]);
});

test('what a failed or killed run stored is removed in the end', async () => {
  const id = await planned(films, 'video');
  const stream = await streamOf(id);
  await reserveObjects(database.source, stream, madeOf(stream).objectKey);
  const reason = new LandfallError('media.encoder_failed', 'x', { context: { log: 'line one\nline two' } });
  await recordProgress(database.source, [stream.id], { share: 0.5, speed: 2 });
  expect(await renditionOf(id, 'stream')).toMatchObject({ progress: 0.5, speed: 2 });
  await failVersions(database.source, id, 'upload.transcode', reason);
  expect(await renditionOf(id, 'stream')).toMatchObject({ status: 'failed', progress: null, speed: null });
  const [row] = (await database.source.query(`SELECT log FROM renditions WHERE name = 'stream'`)) as [
    { log: string },
  ];
  expect(row.log).toBe('line one\nline two');
  expect(await removed(3_600_000)).toHaveLength(1);
});

test('deleting leaves the row alone, removes all that was made, and is the same the second time', async () => {
  const id = await ready(films, 'video');
  await streamKey(database.source, id, 'stream', 'abc');
  for (const _ of [1, 2]) {
    await deleteUpload(database.source, id, made);
    expect(await uploadOf(id)).toMatchObject({ status: 'deleted', reprocessingSince: null });
    expect(await renditionsOf(id)).toEqual([]);
  }
  expect(await findStreamKey(database.source, id, 'stream', 'abc')).toBeNull();
  await expect(streamKey(database.source, id, 'stream', 'abc')).rejects.toMatchObject({
    code: 'upload.not_found',
  });
  await expect(reprocessUpload(database.source, id, request(films))).rejects.toMatchObject({
    code: 'upload.not_found',
  });
  await expect(deleteUpload(database.source, newId(), made)).rejects.toMatchObject({
    code: 'upload.not_found',
  });
  expect(await removed()).toEqual([]);
  expect(await removed(120_000)).toEqual([`renditions/${id}/`]);
});

test('deleting while it is processed ends every job of it', async () => {
  const id = await planned(films, 'video');
  await planChunks(database.source, id, { versionIds: [(await streamOf(id)).id], works: [{ weight: 1 }] });
  await deleteUpload(database.source, id, made);
  expect(await database.source.getRepository(Chunk).count()).toBe(0);
  for (const job of ['upload.process', 'upload.render', 'upload.transcode'] as const) {
    expect(await beginRun(database.source, id)).toBeNull();
    expect(await isWanted(database.source, id, job)).toBe(false);
  }
  await queued();
});

test('a key is made once, whoever asks at once', async () => {
  const id = await landed();
  const keys = await Promise.all([1, 2, 3, 4].map(() => streamKey(database.source, id, 'stream', 'abc')));
  expect(keys[0]).toHaveLength(16);
  expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
  expect(await streamKey(database.source, id, 'stream', 'abd')).not.toEqual(keys[0]);
});

test('what plays early is shown while it is pending, and no longer when it fails', async () => {
  const id = await planned(films, 'video');
  const stream = await streamOf(id);
  await recordEarly(database.source, { ...stream, specHash: 'other' }, madeOf(stream));
  expect(await renditionOf(id, 'stream')).toMatchObject({ status: 'pending', objectKey: null });
  await recordEarly(database.source, stream, madeOf(stream));
  expect(await renditionOf(id, 'stream')).toMatchObject({
    status: 'pending',
    objectKey: madeOf(stream).objectKey,
  });
  await cancelUpload(database.source, id);
  expect(await renditionOf(id, 'stream')).toMatchObject({ status: 'failed', objectKey: null });
});
