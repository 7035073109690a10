import { parsePipelines } from '#pipelines';
import { newId } from '#runtime';
import {
  confirmLanding,
  endFollowUp,
  endRemovalCheck,
  insertTicket,
  markRemoved,
  queueRemovalChecks,
  readTicket,
  Rendition,
  RenditionVersion,
  selectUnknown,
  takeFollowUps,
  takeRemovalChecks,
  type Ticket,
  type Upload,
} from '#uploads';
import { describe, expect, test } from 'vitest';
import { request, useUploads } from './reprocess.fixture.js';

const { database, landed, uploadOf, planned, make } = useUploads();
const made = { renditionPrefix: 'renditions/', urlLifetimeMs: 60_000 };
const pipelines = parsePipelines(
  `
version: 1
pipelines:
  - name: albums
    match: { kind: image, vars: { album: big } }
    renditions: [{ name: small, kind: image, width: 200 }, { name: cover, kind: image, width: 500 }]
  - name: photos
    match: { kind: image }
    renditions: [{ name: small, kind: image, width: 100 }]
`,
  'p',
);
const rules = { believesAnyone: false, made, ...request(pipelines) };
const etag = 'A'.repeat(32);
const storedAt = new Date('2026-11-28T12:00:00Z');
const objectKey = 'photos/one.jpg';
const seen = { etag, sizeBytes: 1, mimeType: 'image/jpeg', lastModified: storedAt, clockAheadMs: 0 };

const land = (more: Partial<Upload> = {}) =>
  landed({ objectKey, etag: null, proof: null, confirmedAt: null, ...more });
const confirm = (id: string) => confirmLanding(database.source, id, seen, rules);
const renditionsOf = async (uploadId: string) =>
  (
    await database.source.getRepository(Rendition).find({ where: { uploadId }, order: { position: 'ASC' } })
  ).map(({ name, status }) => `${name} ${status}`);

describe('an upload that no callback told of', () => {
  test.each(['event', 'ticket', 'reconcile'] as const)(
    'is completed by the callback that comes later, and planned by what it says (%s)',
    async (source) => {
      const found = await planned(pipelines, 'image', {
        objectKey,
        etag,
        lastModified: storedAt,
        source,
        claimedVars: null,
      });
      await make(found, 'upload.process');
      expect(await uploadOf(found)).toMatchObject({ status: 'ready', pipeline: 'photos' });
      const imageInfo = { width: 4, height: 3, format: 'jpg' };
      const late = await land({ proof: 'url', vars: { album: 'big' }, imageInfo, requestId: 'LATE' });
      expect(await confirm(late)).toBeNull();
      expect(await uploadOf(late)).toMatchObject({ status: 'deleted', mergedInto: found });
      expect(await uploadOf(found)).toMatchObject({
        source,
        proof: 'url',
        vars: { album: 'big' },
        imageInfo,
        pipeline: 'albums',
        status: 'ready',
        reprocessingSince: expect.any(Date),
      });
      // What is served stays so until its successor is there.
      expect(await renditionsOf(found)).toEqual(['small ready', 'cover pending']);
      await make(found, 'upload.process');
      expect(await uploadOf(found)).toMatchObject({ status: 'ready', reprocessingSince: null });
      expect(await renditionsOf(found)).toEqual(['small ready', 'cover ready']);
    },
  );

  test('adds nothing to one that a callback told of, and takes nothing from it', async () => {
    const first = await land({ proof: 'url', vars: { user_id: '42' } });
    await confirm(first);
    for (const source of ['event', 'reconcile'] as const) {
      const found = await land({ source, claimedVars: { user_id: 'other', role: 'admin' } });
      expect(await confirm(found)).toBeNull();
      expect(await uploadOf(found)).toMatchObject({ mergedInto: first });
    }
    expect(await uploadOf(first)).toMatchObject({
      source: 'callback',
      proof: 'url',
      vars: { user_id: '42' },
      claimedVars: null,
    });
  });

  test.each(['failed', 'ignored', 'deleted'] as const)(
    'is no second upload when an event comes late and that of its request is %s; one of another request is',
    async (status) => {
      const first = await land({ proof: 'url', requestId: 'FIRST' });
      await confirm(first);
      await database.source.query('UPDATE uploads SET status = $1 WHERE id = $2', [status, first]);
      const late = await land({ source: 'event', requestId: 'FIRST' });
      expect(await confirm(late)).toBeNull();
      expect(await uploadOf(late)).toMatchObject({ mergedInto: first });
      expect(await uploadOf(first)).toMatchObject({ status, proof: 'url' });
      const again = await land({ source: 'event', requestId: 'SECOND' });
      expect(await confirm(again)).toMatchObject({ id: again, status: 'processing' });
    },
  );

  test('vouches for what the callback of a plain template told of, and keeps what that said', async () => {
    const imageInfo = { width: 4, height: 3, format: 'jpg' };
    const first = await land({ claimedVars: { user_id: 'anybody' }, imageInfo });
    await confirm(first);
    const event = await land({ source: 'event', proof: 'url', vars: { user_id: '42' } });
    expect(await confirm(event)).toBeNull();
    expect(await uploadOf(first)).toMatchObject({
      source: 'callback',
      proof: 'url',
      vars: { user_id: '42' },
      claimedVars: { user_id: 'anybody' },
      imageInfo,
    });
  });

  test('gets the claims of a callback that nobody vouches for, and believes none of them', async () => {
    const found = await land({ source: 'event' });
    await confirm(found);
    const claimed = await land({ claimedVars: { user_id: 'anybody' } });
    expect(await confirm(claimed)).toBeNull();
    expect(await uploadOf(found)).toMatchObject({
      vars: {},
      claimedVars: { user_id: 'anybody' },
      proof: 'object',
    });
  });
});

describe('a version in a bucket is unknown', () => {
  const listed = { objectKey, etag, lastModified: storedAt };
  const later = new Date(storedAt.getTime() + 60_000);
  const isUnknown = async (version = listed) =>
    (
      await selectUnknown(database.source, 'landfall', [
        { ...version, objectKey: 'photos/none.jpg' },
        version,
      ])
    ).map((one) => one.objectKey);
  const none = 'photos/none.jpg';

  test('when nothing is known of its key, or of its version', async () => {
    expect(await isUnknown()).toEqual([none, objectKey]);
    await landed({ objectKey, etag: 'B'.repeat(32) });
    await landed({ objectKey, etag, bucket: 'other' });
    expect(await isUnknown()).toEqual([none, objectKey]);
  });

  test.each(['stored', 'processing', 'ready'] as const)(
    'not while an upload holds it (%s)',
    async (status) => {
      await landed({ objectKey, etag, status, lastModified: storedAt });
      expect(await isUnknown()).toEqual([none]);
      expect(await isUnknown({ ...listed, lastModified: later })).toEqual([none]);
    },
  );

  test.each(['failed', 'ignored', 'deleted'] as const)(
    'when it has landed again since its upload was over, and not before (%s)',
    async (status) => {
      await landed({ objectKey, etag, status, lastModified: storedAt });
      expect(await isUnknown()).toEqual([none]);
      expect(await isUnknown({ ...listed, lastModified: later })).toEqual([none, objectKey]);
    },
  );

  test.each(['url', null] as const)(
    'not while a landing of it waits to be confirmed, and again when that has failed (%s)',
    async (proof) => {
      const id = await land({ proof });
      expect(await isUnknown()).toEqual([none]);
      await database.source.query(`UPDATE uploads SET status = 'failed' WHERE id = $1`, [id]);
      expect(await isUnknown()).toEqual([none, objectKey]);
    },
  );
});

describe('a ticket whose callback has not come', () => {
  const issue = async (more: Partial<Ticket> = {}): Promise<Ticket> => {
    const now = new Date();
    const ticket: Ticket = {
      id: newId(),
      bucket: 'landfall',
      objectKey,
      contentTypes: null,
      maxBytes: '1',
      vars: {},
      pipeline: null,
      overwrite: false,
      expiresAt: new Date(now.getTime() + 60_000),
      followUpAt: new Date(now.getTime() - 1),
      createdAt: now,
      ...more,
    };
    await insertTicket(database.source, ticket);
    return ticket;
  };
  const take = async () => (await takeFollowUps(database.source, 100)).tickets.map(({ id }) => id);

  test('is asked for once by one of several workers, and once more after its expiry', async () => {
    const ticket = await issue();
    const early = await issue({ followUpAt: new Date(Date.now() + 60_000) });
    const never = await issue({ followUpAt: null });
    const taken = await Promise.all([take(), take(), take()]);
    expect(taken.flat()).toEqual([ticket.id]);
    await endFollowUp(database.source, ticket, { isThere: false, now: new Date() });
    const { followUpAt } = await readTicket(database.source, ticket.id);
    expect(followUpAt?.getTime()).toBeGreaterThan(ticket.expiresAt.getTime());
    await endFollowUp(database.source, ticket, { isThere: false, now: followUpAt ?? new Date(0) });
    for (const { id } of [ticket, never])
      expect(await readTicket(database.source, id)).toMatchObject({ followUpAt: null });
    expect((await readTicket(database.source, early.id)).followUpAt).toEqual(early.followUpAt);
  });

  test('is not asked for when it was used; a landing that OSS did not confirm is no use of it', async () => {
    const used = await issue();
    const denied = await issue();
    await landed({ ticketId: used.id, proof: 'ticket', status: 'ready' });
    await land({ ticketId: denied.id, proof: 'ticket', status: 'failed' });
    expect(await take()).toEqual([denied.id]);
    expect(await readTicket(database.source, used.id)).toMatchObject({ followUpAt: null });
  });

  test('comes back when the worker that took it is gone', async () => {
    const ticket = await issue();
    expect(await take()).toEqual([ticket.id]);
    await database.source.query(`UPDATE tickets SET follow_up_at = follow_up_at - interval '2 minutes'`);
    expect(await take()).toContain(ticket.id);
  });
});

describe('an object that is said to be gone', () => {
  test('is asked for, for each living upload of its key, however often it is said', async () => {
    const ready = await landed({ objectKey, status: 'ready' });
    const replaced = await landed({ objectKey, status: 'failed', etag: 'B'.repeat(32) });
    await landed({ objectKey, status: 'deleted', etag: 'C'.repeat(32) });
    await landed({ objectKey: 'photos/other.jpg', status: 'ready' });
    await land({ etag: 'D'.repeat(32) });
    const gone = [
      { bucket: 'landfall', objectKey },
      { bucket: 'landfall', objectKey: 'photos/none.jpg' },
    ];
    for (let times = 0; times < 2; times += 1)
      expect(await queueRemovalChecks(database.source, gone)).toBe(2);
    const taken = await Promise.all([0, 1].map(() => takeRemovalChecks(database.source, 10)));
    expect(
      taken
        .flat()
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual([ready, replaced].toSorted());
    await endRemovalCheck(database.source, ready);
    expect(await uploadOf(ready)).toMatchObject({ status: 'ready' });
  });

  test('makes its upload deleted, and what was made of it goes when its URLs have ended', async () => {
    const id = await planned(pipelines, 'image', { objectKey });
    await make(id, 'upload.process');
    await queueRemovalChecks(database.source, [{ bucket: 'landfall', objectKey }]);
    // Given up after a day; what is heard of anew begins anew.
    await database.source.query(`UPDATE object_checks SET created_at = now() - interval '2 days'`);
    await queueRemovalChecks(database.source, [{ bucket: 'landfall', objectKey }]);
    expect(await takeRemovalChecks(database.source, 10)).toMatchObject([{ id }]);
    for (let times = 0; times < 2; times += 1) await markRemoved(database.source, id, made);
    expect(await uploadOf(id)).toMatchObject({ status: 'deleted', errorCode: 'object.removed' });
    const [retired, ...others] = await database.source
      .getRepository(RenditionVersion)
      .findBy({ uploadId: id });
    expect(others).toEqual([]);
    expect(retired).toMatchObject({ status: 'retired', storageKeys: [`renditions/${id}/`] });
    expect(retired?.dueAt?.getTime()).toBeGreaterThan(Date.now());
    expect(await takeRemovalChecks(database.source, 10)).toEqual([]);
  });
});
