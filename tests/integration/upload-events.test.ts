import { type EventType, LogEvent } from '#events';
import { LandfallError } from '#runtime';
import {
  cancelUpload,
  confirmLanding,
  deleteUpload,
  failVersions,
  publishVersion,
  recordLanded,
  reprocessUpload,
  Upload,
} from '#uploads';
import { expect, test } from 'vitest';
import { changed, fileOf, jobs, madeOf, request, two, useUploads } from './reprocess.fixture.js';

const { database, landed, planned, make, ready, uploadOf, renditionsOf } = useUploads();
const rules = {
  believesAnyone: false,
  made: { renditionPrefix: 'renditions/', urlLifetimeMs: 1_000 },
  ...request(two),
};
const etag = 'D41D8CD98F00B204E9800998ECF8427E';
const head = { etag, sizeBytes: 1, mimeType: 'image/jpeg', lastModified: new Date(), clockAheadMs: 0 };

const eventsOf = (uploadId: string) =>
  database.source.getRepository(LogEvent).find({ where: { uploadId }, order: { sequence: 'ASC' } });
const typesOf = async (uploadId: string): Promise<EventType[]> =>
  (await eventsOf(uploadId)).map(({ type }) => type);
const relay = (uploadId: string) =>
  recordLanded(database.source, [{ name: 'upload.process', payload: { v: 1, uploadId } }]);
const fresh = (proof: Upload['proof'] = 'url') => landed({ confirmedAt: null, proof });
const confirm = (id: string) => confirmLanding(database.source, id, head, rules);

test('an upload that somebody vouches for is recorded before it is worked on, once', async () => {
  const id = await fresh();
  await relay(id);
  await relay(id);
  await confirm(id);
  // A relay that was killed in the middle begins again.
  await relay(id);
  const events = await eventsOf(id);
  expect(events.map(({ type }) => type)).toEqual(['upload.stored', 'upload.processing']);
  expect(events[0]).toMatchObject({ id, data: { upload: { id, status: 'stored', etag } } });
});

test('a worker that is faster than the relay records both in order', async () => {
  const id = await fresh();
  await confirm(id);
  await relay(id);
  expect(await typesOf(id)).toEqual(['upload.stored', 'upload.processing']);
});

test('of what nobody vouches for nothing is recorded until OSS confirms it', async () => {
  const [confirmed, refuted] = [await fresh(null), await fresh(null)];
  await relay(confirmed);
  await relay(refuted);
  await failVersions(database.source, refuted, 'upload.process', new LandfallError('object.missing'));
  expect(await typesOf(refuted)).toEqual([]);
  expect(await typesOf(confirmed)).toEqual([]);
  await confirm(confirmed);
  expect(await typesOf(confirmed)).toEqual(['upload.stored', 'upload.processing']);
});

test('each rendition is recorded, and the end with all of them', async () => {
  const id = await planned(two);
  await make(id, ...jobs);
  const events = await eventsOf(id);
  expect(events.map(({ type }) => type)).toEqual(['rendition.ready', 'rendition.ready', 'upload.ready']);
  const [small, large] = await renditionsOf(id);
  expect(events[0]?.data).toMatchObject({
    upload: { id, status: 'processing' },
    rendition: { name: 'small', status: 'ready', objectKey: small?.objectKey, sizeBytes: 1 },
  });
  expect(events[2]?.data).toMatchObject({
    upload: { id, status: 'ready', error: null },
    renditions: [{ name: 'small' }, { name: 'large', objectKey: large?.objectKey }],
  });
});

test('a failure is recorded with its reason, of the renditions and of the upload', async () => {
  const id = await planned(two);
  await failVersions(database.source, id, 'upload.process', new LandfallError('media.damaged', 'cut off'));
  const events = await eventsOf(id);
  expect(events.map(({ type }) => type)).toEqual(['rendition.failed', 'rendition.failed', 'upload.failed']);
  const { errorMessage } = await uploadOf(id);
  const error = { code: 'media.damaged', message: errorMessage };
  expect(events[0]?.data).toMatchObject({ rendition: { name: 'small', status: 'failed', error } });
  expect(events[2]?.data).toMatchObject({ upload: { status: 'failed', error } });
});

test('what no pipeline wants is recorded as ignored', async () => {
  const id = await planned({ ...fileOf({ small: 1 }), pipelines: [] });
  expect(await typesOf(id)).toEqual(['upload.ignored']);
});

test('a cancellation is recorded, and what it ends; of what is finished nothing is', async () => {
  const id = await planned(two);
  await cancelUpload(database.source, id);
  await cancelUpload(database.source, id);
  expect(await typesOf(id)).toEqual([
    'upload.cancelled',
    'rendition.failed',
    'rendition.failed',
    'upload.failed',
  ]);
});

test('one that is cancelled or deleted at once is recorded to have landed before', async () => {
  const [cancelled, deleted] = [await fresh(), await fresh()];
  await cancelUpload(database.source, cancelled);
  await deleteUpload(database.source, deleted, rules.made);
  await deleteUpload(database.source, deleted, rules.made);
  for (const id of [cancelled, deleted]) await relay(id);
  expect(await typesOf(cancelled)).toEqual(['upload.stored', 'upload.cancelled', 'upload.failed']);
  expect(await typesOf(deleted)).toEqual(['upload.stored', 'upload.deleted']);
});

test('making again is recorded with the names, and that it is ready again', async () => {
  const id = await ready(two);
  await database.source.query('TRUNCATE events');
  await reprocessUpload(database.source, id, request(changed));
  await reprocessUpload(database.source, id, request(changed));
  await make(id, ...jobs);
  const events = await eventsOf(id);
  expect(events.map(({ type }) => type)).toEqual(['upload.reprocessed', 'rendition.ready', 'upload.ready']);
  expect(events[0]?.data).toMatchObject({ renditions: ['small'], upload: { status: 'ready' } });
});

test('a landing of a version that an upload holds is recorded as merged, and what it completes as updated', async () => {
  const objectKey = 'photos/same.jpg';
  const holder = await landed({ objectKey, confirmedAt: null, proof: null, source: 'reconcile' });
  await confirm(holder);
  const called = await landed({ objectKey, confirmedAt: null, proof: 'url', vars: { user: '42' } });
  await relay(called);
  expect(await confirm(called)).toBeNull();
  const events = await eventsOf(called);
  expect(events.map(({ type }) => type)).toEqual(['upload.stored', 'upload.merged']);
  expect(events[1]?.data).toMatchObject({ into: holder, upload: { id: called, status: 'deleted' } });
  const ofHolder = await eventsOf(holder);
  expect(ofHolder.map(({ type }) => type)).toEqual(['upload.stored', 'upload.processing', 'upload.updated']);
  expect(ofHolder[2]?.data).toMatchObject({ upload: { vars: { user: '42' } } });
});

test('a job that publishes late what nobody wants any more records nothing', async () => {
  const id = await planned(two);
  const [first] = await renditionsOf(id);
  if (!first) throw new Error('nothing is planned');
  await deleteUpload(database.source, id, rules.made);
  await database.source.query('TRUNCATE events');

  await publishVersion(database.source, first, madeOf(first));
  expect(await typesOf(id)).toEqual([]);
});

test.each(['event', 'ticket'] as const)(
  'what we learn of by %s too is recorded once: with the id that its callback was answered with',
  async (source) => {
    const objectKey = `photos/${source}.jpg`;
    const called = await landed({ objectKey, confirmedAt: null, proof: 'ticket' });
    const found = await landed({ objectKey, confirmedAt: null, proof: 'ticket', source });
    for (const id of [called, found]) await relay(id);
    await confirm(called);
    expect(await confirm(found)).toBeNull();
    expect(await typesOf(called)).toEqual(['upload.stored', 'upload.processing']);
    expect(await typesOf(found)).toEqual([]);
  },
);

test('what we learn of by an event alone is recorded when OSS has confirmed it, and its later callback leads to it', async () => {
  const objectKey = 'photos/alone.jpg';
  const found = await landed({ objectKey, confirmedAt: null, proof: 'ticket', source: 'event' });
  await relay(found);
  expect(await typesOf(found)).toEqual([]);
  await confirm(found);
  expect(await typesOf(found)).toEqual(['upload.stored', 'upload.processing']);
  const called = await landed({ objectKey, confirmedAt: null, proof: 'ticket' });
  await relay(called);
  expect(await confirm(called)).toBeNull();
  const events = await eventsOf(called);
  expect(events.map(({ type }) => type)).toEqual(['upload.stored', 'upload.merged']);
  expect(events[1]?.data).toMatchObject({ into: found });
});

test('what we learn of by an event and OSS does not have is recorded with its end', async () => {
  const found = await landed({ confirmedAt: null, proof: 'ticket', source: 'event' });
  await relay(found);
  await failVersions(database.source, found, 'upload.process', new LandfallError('object.missing'));
  expect(await typesOf(found)).toEqual(['upload.stored', 'upload.failed']);
});
