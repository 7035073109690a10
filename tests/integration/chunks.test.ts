import { LandfallError, newId } from '#runtime';
import {
  beginChunk,
  cancelUpload,
  Chunk,
  endChunkRun,
  failChunks,
  finishChunk,
  pendingVersions,
  planChunks,
  publishVersion,
  readyChunks,
  RenditionVersion,
  renewChunk,
  reprocessUpload,
  reserveObjects,
  sweepUploads,
} from '#uploads';
import { expect, test } from 'vitest';
import { fileOf, madeOf, request, useUploads } from './reprocess.fixture.js';

const { database, planned, make, uploadOf, renditionOf, queued } = useUploads();
const job = 'upload.transcode';
const films = (height: number) =>
  fileOf(
    { small: 100 },
    `  - name: films
    match: { kind: video }
    renditions:
      - { name: stream, kind: hls, heights: [${height}] }
      - { name: file, kind: mp4 }
      - { name: sound, kind: audio }
`,
  );
const parts = [{ weight: 1 }, { weight: 1 }, { weight: 0.5 }];
const chunksOf = (uploadId: string) =>
  database.source.getRepository(Chunk).find({ where: { uploadId }, order: { position: 'ASC' } });
const streamsOf = async (id: string): Promise<RenditionVersion[]> =>
  (await pendingVersions(database.source, id, job)).filter(({ kind }) => kind !== 'audio');

const streamIdsOf = async (id: string) => (await streamsOf(id)).map((version) => version.id);

/** The plan that an upload is cut by. */
async function planOf(uploadId: string): Promise<{ uploadId: string; planId: string }> {
  const [chunk] = await chunksOf(uploadId);
  return { uploadId, planId: chunk?.planId ?? newId() };
}

/** A planned film that is cut into three chunks. */
async function cut(): Promise<string> {
  const id = await planned(films(480), 'video');
  await queued();
  await planChunks(database.source, id, { versionIds: await streamIdsOf(id), works: parts });
  return id;
}

async function begin(id: string, position: number): Promise<Chunk> {
  const begun = await beginChunk(database.source, { ...(await planOf(id)), position });
  if (!begun) throw new Error(`chunk ${position} is not to be made`);
  return begun.chunk;
}

test('a video is cut once, and cut again queues only what is not made', async () => {
  const id = await cut();
  expect(await queued()).toEqual(['upload.chunk', 'upload.chunk', 'upload.chunk']);
  await finishChunk(database.source, await begin(id, 1), { made: { tracks: [] } });
  const before = await chunksOf(id);
  await planChunks(database.source, id, { versionIds: await streamIdsOf(id), works: [...parts, ...parts] });
  expect(await chunksOf(id)).toEqual(before);
  expect(await queued()).toEqual(['upload.chunk', 'upload.chunk']);
});

test('the last chunk has them joined, also when all end at once, and nothing is made twice', async () => {
  const id = await cut();
  await queued();
  expect(await readyChunks(database.source, await planOf(id))).toBeNull();
  const chunks = await Promise.all([0, 1, 2].map((position) => begin(id, position)));
  await Promise.all(
    [...chunks, ...chunks].map((chunk) =>
      finishChunk(database.source, chunk, { made: { n: chunk.position } }),
    ),
  );
  expect(await queued()).toEqual(['upload.join']);
  expect((await readyChunks(database.source, await planOf(id)))?.chunks.map(({ made }) => made)).toEqual([
    { n: 0 },
    { n: 1 },
    { n: 2 },
  ]);
  expect(await beginChunk(database.source, { ...(await planOf(id)), position: 0 })).toBeNull();
});

test('a flushed queue is filled again from the rows', async () => {
  const id = await cut();
  await queued();
  await database.source.query('UPDATE uploads SET sweep_at = now()');
  await sweepUploads(database.source, 60_000, new AbortController().signal);
  expect(await queued()).toEqual([job]);
  for (const position of [0, 1, 2])
    await finishChunk(database.source, await begin(id, position), { made: {} });
  await queued();
  // The join was lost.
  await planChunks(database.source, id, { versionIds: await streamIdsOf(id), works: parts });
  expect(await queued()).toEqual(['upload.join']);
});

test('runs are counted for those that die: one that ends in order leaves no trace', async () => {
  const id = await cut();
  await begin(id, 0);
  await endChunkRun(database.source, { ...(await planOf(id)), position: 0 });
  await begin(id, 0);
  const again = await begin(id, 0);
  expect(again.runs).toBe(2);
  await finishChunk(database.source, again, { made: {} });
  await endChunkRun(database.source, { ...(await planOf(id)), position: 0 });
  expect((await chunksOf(id)).map(({ runs }) => runs)).toEqual([2, 0, 0]);
});

test('renditions are as far as their chunks together, and as fast as those that are made now', async () => {
  const id = await cut();
  const [first, second] = [await begin(id, 0), await begin(id, 1)];
  await renewChunk(database.source, first, { share: 0.5, speed: 2 });
  await renewChunk(database.source, second, { share: 0.25, speed: 3 });
  const stream = await renditionOf(id, 'stream');
  expect(stream.progress).toBeCloseTo(0.3);
  expect(stream.speed).toBe(5);
  expect(await renditionOf(id, 'sound')).toMatchObject({ progress: null, speed: null });
  await finishChunk(database.source, first, { made: {} });
  expect(await renditionOf(id, 'file')).toMatchObject({ progress: expect.closeTo(0.5), speed: 3 });
  expect(await renewChunk(database.source, second, null)).toBe(true);
});

test('when one of its renditions is published, the chunks of the other stay', async () => {
  const id = await cut();
  for (const position of [0, 1, 2])
    await finishChunk(database.source, await begin(id, position), { made: {} });
  await queued();
  const [stream, file] = await streamsOf(id);
  if (!stream || !file) throw new Error('nothing is pending');
  await publishVersion(database.source, stream, madeOf(stream));
  await planChunks(database.source, id, { versionIds: await streamIdsOf(id), works: [{ weight: 1 }] });
  expect(await chunksOf(id)).toHaveLength(3);
  expect(await queued()).toEqual(['upload.join']);
  const leftovers = `renditions/${id}/file-${file.specHash}/`;
  await reserveObjects(database.source, file, leftovers);
  await publishVersion(database.source, file, madeOf(file));
  expect(await chunksOf(id)).toEqual([]);
  const retired = await database.source.getRepository(RenditionVersion).findBy({ status: 'retired' });
  expect(retired).toMatchObject([{ storageKeys: [leftovers] }]);
});

test('a chunk that cannot be made fails what is made of chunks, once, and nothing else', async () => {
  const id = await cut();
  const chunk = await begin(id, 0);
  const other = await begin(id, 1);
  const plan = await planOf(id);
  for (const code of ['media.damaged', 'media.timed_out'] as const)
    await failChunks(database.source, plan, new LandfallError(code));
  for (const name of ['stream', 'file'])
    expect(await renditionOf(id, name)).toMatchObject({ status: 'failed', errorCode: 'media.damaged' });
  expect(await renditionOf(id, 'sound')).toMatchObject({ status: 'pending' });
  expect(await uploadOf(id)).toMatchObject({ status: 'processing' });
  expect(await chunksOf(id)).toEqual([]);
  expect(await renewChunk(database.source, other, null)).toBe(false);
  await finishChunk(database.source, chunk, { made: {} });
  expect(await readyChunks(database.source, await planOf(id))).toBeNull();
});

test('cancelling takes the chunks, and what is made again is cut anew', async () => {
  const id = await cut();
  const chunk = await begin(id, 0);
  await cancelUpload(database.source, id);
  expect(await renewChunk(database.source, chunk, { share: 1, speed: 1 })).toBe(false);
  expect(await beginChunk(database.source, { ...(await planOf(id)), position: 1 })).toBeNull();
  await planChunks(database.source, id, { versionIds: [], works: parts });
  expect(await chunksOf(id)).toEqual([]);

  await queued();
  await reprocessUpload(database.source, id, request(films(480)));
  expect(await queued()).toEqual(['upload.transcode']);
  await planChunks(database.source, id, { versionIds: await streamIdsOf(id), works: parts });
  expect(await queued()).toEqual(['upload.chunk', 'upload.chunk', 'upload.chunk']);
  await finishChunk(database.source, chunk, { made: {} });
  expect((await chunksOf(id)).every(({ status }) => status === 'pending')).toBe(true);
});

test('chunks of a spec that is not wanted any more give way to those of the one that is', async () => {
  const id = await planned(films(480), 'video');
  await make(id, job);
  const wantStream = async (height: number) => {
    await reprocessUpload(database.source, id, request(films(height)));
    await planChunks(database.source, id, { versionIds: await streamIdsOf(id), works: parts });
  };
  await wantStream(360);
  const begun = await beginChunk(database.source, { ...(await planOf(id)), position: 0 });
  if (!begun) throw new Error('there is no chunk');
  await wantStream(240);
  expect(await renewChunk(database.source, begun.chunk, null)).toBe(false);
  await finishChunk(database.source, begun.chunk, { made: {} });
  expect((await chunksOf(id)).map(({ status }) => status)).toEqual(['pending', 'pending', 'pending']);
});
