import { LandfallError } from '#runtime';
import {
  beginChunk,
  cancelUpload,
  Chunk,
  failChunks,
  finishChunk,
  isServed,
  pendingVersions,
  planChunks,
  publishVersion,
  readGrowing,
  RenditionVersion,
  reprocessUpload,
} from '#uploads';
import { assert, asyncProperty, shuffledSubarray } from 'fast-check';
import { expect, test } from 'vitest';
import { fileOf, madeOf, request, useUploads } from './reprocess.fixture.js';

const { database, planned, make, renditionOf, queued } = useUploads();
const films = (height: number) =>
  fileOf(
    { small: 100 },
    `  - name: films
    match: { kind: video }
    renditions:
      - { name: stream, kind: hls, heights: [${height}], firstPlayable: true }
`,
  );
/** The start of the sound, two pieces of pictures, all the sound, the last piece, and a chunk that nobody watches early. */
const works = [
  { weight: 0.1, early: 'sound' },
  { weight: 1, early: 'pictures', isStart: true },
  { weight: 1, early: 'pictures' },
  { weight: 0.5, early: 'sound' },
  { weight: 1, early: 'pictures' },
  { weight: 2 },
] as const;

async function streamOf(uploadId: string): Promise<RenditionVersion> {
  const [stream] = await pendingVersions(database.source, uploadId, 'upload.transcode');
  if (!stream) throw new Error('no stream is pending');
  return stream;
}

async function cut(uploadId: string, chunks: Parameters<typeof planChunks>[2]['works'] = works) {
  const stream = await streamOf(uploadId);
  await planChunks(database.source, uploadId, { versionIds: [stream.id], works: chunks });
  return stream;
}

/** A planned film that is cut into chunks. */
async function growingFilm(chunks?: Parameters<typeof planChunks>[2]['works']) {
  const id = await planned(films(480), 'video');
  return { id, stream: await cut(id, chunks) };
}

/** Makes a chunk of a version, as a worker does that has begun it before. */
async function finish(version: RenditionVersion, position: number): Promise<void> {
  const { uploadId } = version;
  const chunks = await database.source.getRepository(Chunk).findBy({ uploadId, position });
  const chunk = chunks.find(({ versionIds }) => versionIds.includes(version.id));
  if (!chunk) return;
  await beginChunk(database.source, chunk);
  const shown = madeOf(version);
  const made = chunk.work.early ? { early: { position } } : {};
  await finishChunk(database.source, chunk, {
    made,
    ...(chunk.work.early ? { early: { version, shown } } : {}),
  });
}

const growing = ({ uploadId, id }: RenditionVersion) =>
  readGrowing(database.source, { uploadId, versionId: id });
const piece = (position: number) => ({ position });

test('in whatever order chunks end, what plays has no gap and never shrinks, and is shown from then on', async () => {
  await assert(
    asyncProperty(shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 1 }), async (order) => {
      const { id, stream } = await growingFilm();
      const done = new Set<number>();
      for (const position of [...order, ...order]) {
        await finish(stream, position);
        done.add(position);
        const pictures = [1, 2, 4].slice(
          0,
          [1, 2, 4, 9].findIndex((one) => !done.has(one)),
        );
        const sound = [3, 0].find((one) => done.has(one));
        const plays = pictures.length > 0 && sound !== undefined;
        expect(await growing(stream)).toEqual(
          plays
            ? {
                pictures: pictures.map(piece),
                sound: piece(sound),
                isWhole: pictures.length === 3 && sound === 3,
              }
            : null,
        );
        expect((await renditionOf(id, 'stream')).objectKey).toBe(plays ? madeOf(stream).objectKey : null);
      }
    }),
    { numRuns: 10 },
  );
  await queued();
});

test('without sound it plays by its pictures, and a film that does not grow plays when it is ready', async () => {
  const silent = await growingFilm([{ weight: 1, early: 'pictures' }, { weight: 1 }]);
  await finish(silent.stream, 0);
  expect(await growing(silent.stream)).toEqual({ pictures: [piece(0)], sound: null, isWhole: true });
  const whole = await growingFilm([{ weight: 1 }, { weight: 1 }]);
  await finish(whole.stream, 0);
  expect(await growing(whole.stream)).toBeNull();
  expect(await renditionOf(whole.id, 'stream')).toMatchObject({ objectKey: null });
});

test('what plays early is made before what nobody waits for', async () => {
  const { id } = await growingFilm();
  const rows = (await database.source.query(
    `SELECT payload ->> 'priority' AS priority FROM outbox WHERE name = 'upload.chunk' AND payload ->> 'uploadId' = $1
     ORDER BY (payload ->> 'position')::int`,
    [id],
  )) as { priority: string | null }[];
  expect(rows.map(({ priority }) => priority)).toEqual(['3', '2', '3', '3', '3', null]);
});

test.each([
  [
    'fails',
    (id: string, planId: string) =>
      failChunks(database.source, { uploadId: id, planId }, new LandfallError('media.damaged')),
  ],
  ['is cancelled', (id: string) => cancelUpload(database.source, id)],
])('a film that %s plays no more, and what was stored of it is removed', async (_, end) => {
  const { id, stream } = await growingFilm();
  await database.source.query(`UPDATE rendition_versions SET storage_keys = '{renditions/}'`);
  for (const position of [0, 1]) await finish(stream, position);
  const late = await database.source.getRepository(Chunk).findOneByOrFail({ uploadId: id, position: 2 });
  await end(id, late.planId);
  expect(await growing(stream)).toBeNull();
  expect(await renditionOf(id, 'stream')).toMatchObject({ status: 'failed', objectKey: null });
  await finishChunk(database.source, late, { made: {}, early: { version: stream, shown: madeOf(stream) } });
  expect(await renditionOf(id, 'stream')).toMatchObject({ status: 'failed', objectKey: null });
  const version = await database.source.getRepository(RenditionVersion).findOneByOrFail({ id: stream.id });
  expect(version.dueAt).not.toBeNull();
});

test('made again by another spec while it grows, it goes on to grow until it is ready', async () => {
  const { id, stream } = await growingFilm();
  for (const position of [0, 1]) await finish(stream, position);
  await reprocessUpload(database.source, id, request(films(360)));
  const next = await cut(id);
  expect(next.id).not.toBe(stream.id);
  expect(await renditionOf(id, 'stream')).toMatchObject({
    id: stream.id,
    objectKey: madeOf(stream).objectKey,
  });
  await finish(stream, 2);
  expect(await growing(stream)).toMatchObject({ pictures: [piece(1), piece(2)] });
  await publishVersion(database.source, stream, madeOf(stream));
  expect(await renditionOf(id, 'stream')).toMatchObject({ id: stream.id, status: 'ready' });
});

test('what is ready is served until its successor is whole, not while that grows', async () => {
  const id = await planned(films(480), 'video');
  await make(id, 'upload.transcode');
  const before = await renditionOf(id, 'stream');
  expect(await isServed(database.source, { uploadId: id, name: 'stream' })).toBe(true);
  await reprocessUpload(database.source, id, request(films(360)));
  const next = await cut(id);
  for (const position of [0, 1]) await finish(next, position);
  expect(await renditionOf(id, 'stream')).toMatchObject({ id: before.id, objectKey: before.objectKey });
  const fresh = await growingFilm();
  expect(await isServed(database.source, { uploadId: fresh.id, name: 'stream' })).toBe(false);
});
