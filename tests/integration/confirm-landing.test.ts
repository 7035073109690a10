import { LandfallError, newId } from '#runtime';
import {
  type ConfirmRules,
  confirmLanding,
  deleteUpload,
  failVersions,
  insertTicket,
  RenditionVersion,
  removeUnconfirmed,
  reprocessUpload,
  type Upload,
  UploadReader,
} from '#uploads';
import { describe, expect, test } from 'vitest';
import { fileOf, request, two, useUploads } from './reprocess.fixture.js';

const { database, landed, uploadOf, queued } = useUploads();
const made = { renditionPrefix: 'renditions/', urlLifetimeMs: 0 };
const rules: ConfirmRules = { believesAnyone: false, made, ...request(fileOf({ small: 100 })) };
const etags = { a: 'A'.repeat(32), b: 'B'.repeat(32) };
const objectKey = 'photos/one.jpg';

/** A landing of our one object that OSS has not confirmed. */
const land = (more: Partial<Upload> = {}) =>
  landed({ objectKey, etag: null, proof: null, confirmedAt: null, ...more });
const seen = (etag: string, second = 0) => ({
  etag,
  sizeBytes: 1,
  mimeType: 'image/jpeg',
  lastModified: new Date(Date.UTC(2026, 10, 28, 12, 0, second)),
  clockAheadMs: 0,
});
const confirm = (id: string, etag = etags.a, more: Partial<ConfirmRules> = {}, second = 0) =>
  confirmLanding(database.source, id, seen(etag, second), { ...rules, ...more });
const read = async (id: string) => {
  const { upload, currentId } = await new UploadReader(database.source).get(id);
  return { id: upload.id, status: upload.status, vars: upload.vars, proof: upload.proof, currentId };
};
const listed = async (filter: Parameters<UploadReader['list']>[0]) =>
  (await new UploadReader(database.source).list(filter, { limit: 10 })).items.map(({ upload }) => upload.id);

describe('a landing that nobody vouches for', () => {
  test('is in no list but that of stored ones, and matches no var, before OSS confirms it', async () => {
    const id = await land({ claimedVars: { user_id: 'attacker' } });
    expect(await listed({})).toEqual([]);
    expect(await listed({ vars: { user_id: 'attacker' } })).toEqual([]);
    expect(await listed({ statuses: ['stored'] })).toEqual([id]);
    expect(await listed({ statuses: ['ready', 'stored'] })).toEqual([id]);
    await confirm(id);
    expect(await listed({})).toEqual([id]);
    expect(await listed({ vars: { user_id: 'attacker' } })).toEqual([]);
    expect(await read(id)).toMatchObject({ vars: {}, proof: 'object' });
    expect(await uploadOf(id)).toMatchObject({ claimedVars: { user_id: 'attacker' } });
  });

  test('has the vars that it claims where anyone is believed', async () => {
    const id = await land({ claimedVars: { user_id: '42' } });
    await confirm(id, etags.a, { believesAnyone: true });
    expect(await read(id)).toMatchObject({ vars: { user_id: '42' }, proof: 'object' });
  });

  test.each([true, false])('adds nothing to an upload that somebody vouches for (any: %s)', async (any) => {
    const truth = await land({ proof: 'url', vars: { user_id: '42' } });
    await confirm(truth);
    const lie = await land({ claimedVars: { user_id: 'attacker', role: 'admin' } });
    expect(await confirm(lie, etags.a, { believesAnyone: any })).toBeNull();
    expect(await read(lie)).toMatchObject({ id: truth, vars: { user_id: '42' }, proof: 'url' });
    expect(await listed({ statuses: ['deleted'] })).toEqual([]);
  });

  test('gives way to one that somebody vouches for, with all that was merged into it', async () => {
    const lie = await land({ claimedVars: { user_id: 'attacker' } });
    await confirm(lie);
    const echo = await land({ claimedVars: { user_id: 'echo' } });
    await confirm(echo);
    const truth = await land({ proof: 'url', vars: { user_id: '42' } });
    expect(await confirm(truth)).toMatchObject({ id: truth, status: 'processing' });
    for (const id of [lie, echo, truth])
      expect(await read(id)).toMatchObject({ id: truth, vars: { user_id: '42' }, proof: 'url' });
    expect(
      await database.source.getRepository(RenditionVersion).findBy({ uploadId: lie, status: 'retired' }),
    ).toHaveLength(1);
    expect(await listed({})).toEqual([truth]);
  });

  test('leaves what the backend says of it to the one that it gives way to', async () => {
    const unproven = await land({ title: 'Cat', tags: ['a'], labels: { x: '1' } });
    await confirm(unproven);
    const vouched = await land({ proof: 'url' });
    await confirm(vouched);
    expect((await read(unproven)).id).toBe(vouched);
    expect(await uploadOf(vouched)).toMatchObject({ title: 'Cat', tags: ['a'], labels: { x: '1' } });
  });

  test('is removed in time when it failed, and one that somebody vouched for is not', async () => {
    const failed = { status: 'failed', errorCode: 'object.missing', sweepAt: new Date(0) } as const;
    const lie = await land(failed);
    const young = await land({ ...failed, sweepAt: new Date(Date.now() + 60_000) });
    const truth = await land({ ...failed, proof: 'url' });
    expect(await removeUnconfirmed(database.source, new AbortController().signal)).toBe(1);
    await expect(read(lie)).rejects.toMatchObject({ code: 'upload.not_found' });
    for (const id of [young, truth]) expect(await read(id)).toMatchObject({ status: 'failed' });
  });
});

describe('the same bytes again', () => {
  test('are one upload while it lives: the first word on a var stays, others are added', async () => {
    const first = await land({ proof: 'url', vars: { user_id: '42' } });
    await confirm(first);
    const second = await land({ proof: 'url', vars: { user_id: '43', album: 'x' } });
    expect(await confirm(second)).toBeNull();
    expect(await read(second)).toMatchObject({ id: first, vars: { user_id: '42', album: 'x' } });
  });

  test('keep what the backend says of either', async () => {
    const first = await land({ proof: 'url', title: 'First', tags: ['a'], labels: { x: '1' } });
    await confirm(first);
    const second = await land({ proof: 'url', title: 'Second', tags: ['b'], labels: { x: '2', y: '3' } });
    await confirm(second);
    expect(await uploadOf(first)).toMatchObject({
      title: 'First',
      tags: ['a', 'b'],
      labels: { x: '1', y: '3' },
    });
  });

  test('are one upload also when they are confirmed at once', async () => {
    for (let round = 0; round < 10; round += 1) {
      const key = `photos/race-${round}.jpg`;
      const ids = await Promise.all(
        ['a', 'b', 'c', 'd'].map((name) => land({ objectKey: key, proof: 'url', vars: { [name]: name } })),
      );
      await Promise.all(ids.map((id) => confirm(id)));
      const shown = await Promise.all(ids.map(read));
      expect(new Set(shown.map(({ id }) => id)).size).toBe(1);
      expect(shown[0]?.vars).toEqual({ a: 'a', b: 'b', c: 'c', d: 'd' });
    }
  });

  test.each(['failed', 'ignored', 'deleted'] as const)('are a new upload when it is %s', async (status) => {
    const first = await land({ proof: 'url' });
    await confirm(first);
    if (status === 'deleted') await deleteUpload(database.source, first, made);
    else await database.source.query('UPDATE uploads SET status = $1 WHERE id = $2', [status, first]);
    const second = await land({ proof: 'url' });
    expect(await confirm(second)).toMatchObject({ id: second, status: 'processing' });
    expect(await read(first)).toMatchObject({ id: first, status });
    await queued();
    if (status !== 'failed') return;
    await expect(reprocessUpload(database.source, first, request(two))).rejects.toMatchObject({
      code: 'upload.superseded',
    });
  });

  test('are looked at anew when what they were merged into fails because OSS had another version meanwhile', async () => {
    const first = await land({ proof: 'url', vars: { put: '1' } });
    await confirm(first);
    const merged = await Promise.all(
      [
        { proof: 'url' as const, vars: { put: '3' } },
        { proof: 'url' as const, vars: { put: '4' } },
        { claimedVars: { put: 'lie' } },
      ].map(land),
    );
    for (const id of merged) await confirm(id);
    const [third = '', fourth = '', lie = ''] = merged;
    await queued();
    await failVersions(database.source, first, 'upload.process', new LandfallError('object.changed'));
    expect(await queued()).toEqual(['upload.process']);
    for (const id of [third, fourth, lie])
      expect(await read(id)).toMatchObject({
        id: fourth,
        status: 'stored',
        proof: 'url',
        vars: { put: '4' },
      });
    expect(await read(first)).toMatchObject({ id: first, status: 'failed' });
    expect(await confirm(fourth)).toMatchObject({ id: fourth, status: 'processing' });
  });

  test('fail with what they were merged into when its bytes are bad', async () => {
    const first = await land({ proof: 'url' });
    await confirm(first);
    const second = await land({ proof: 'url' });
    await confirm(second);
    await failVersions(database.source, first, 'upload.process', new LandfallError('media.damaged'));
    expect(await read(second)).toMatchObject({ id: first, status: 'failed' });
  });

  test('go on when the upload that holds them is deleted meanwhile', async () => {
    const first = await land({ proof: 'url' });
    await confirm(first);
    const second = await land({ proof: 'url' });
    const [, confirmed] = await Promise.all([deleteUpload(database.source, first, made), confirm(second)]);
    // Either it was merged before the DELETE, which then meant both, or it is an upload of its own.
    const shown = await read(second);
    expect([confirmed?.id ?? null, shown.id, shown.status]).toEqual(
      confirmed ? [second, second, 'processing'] : [null, first, 'deleted'],
    );
  });
});

test('the current version of an object is the one that OSS stored last, in whatever order they are heard of', async () => {
  const order = [
    [2, etags.a],
    [0, 'C'.repeat(32)],
    [1, etags.b],
  ] as const;
  const ids = new Map<number, string>();
  for (const [second, etag] of order) {
    const id = await land({ proof: 'url' });
    await confirm(id, etag, {}, second);
    ids.set(second, id);
  }
  for (const id of ids.values()) expect(await read(id)).toMatchObject({ currentId: ids.get(2) });
  // Not confirmed by OSS, it has taken no place and lost none.
  await land({ proof: 'url' });
  expect(await listed({ current: true })).toEqual([ids.get(2)]);
  expect((await listed({ current: false })).toSorted()).toEqual([ids.get(0), ids.get(1)].toSorted());

  // A, B and A again within one second: the clock of OSS counts seconds, so what it was last seen to have decides.
  const again = await land({ proof: 'url' });
  await confirm(again, etags.b, {}, 3);
  const back = await land({ proof: 'url' });
  expect(await confirm(back, etags.a, {}, 3)).toBeNull();
  expect(await read(back)).toMatchObject({ id: ids.get(2), currentId: ids.get(2) });
  expect(await read(again)).toMatchObject({ id: ids.get(1), currentId: ids.get(2) });
  await deleteUpload(database.source, back, made);
  expect(await read(again)).toMatchObject({ currentId: ids.get(1) });
});

describe('a ticket', () => {
  const issue = async (overwrite: boolean) => {
    const id = newId();
    const now = new Date();
    const expiresAt = new Date(now.getTime() + 60_000);
    await insertTicket(database.source, {
      id,
      bucket: 'landfall',
      objectKey,
      contentTypes: null,
      maxBytes: '1',
      vars: { user_id: '42' },
      pipeline: null,
      overwrite,
      expiresAt,
      followUpAt: null,
      createdAt: now,
    });
    return id;
  };

  test('is good for one version, however many landings tell of it', async () => {
    const ticketId = await issue(false);
    const [first, repeated, other] = await Promise.all(
      [0, 1, 2].map(() => land({ proof: 'ticket', ticketId, vars: { user_id: '42' } })),
    );
    await confirm(first ?? '');
    expect(await confirm(repeated ?? '')).toBeNull();
    await expect(confirm(other ?? '', etags.b)).rejects.toMatchObject({ code: 'ticket.used' });
    expect(await listed({})).toContain(first);
  });

  test('that may overwrite is good for others too', async () => {
    const ticketId = await issue(true);
    for (const etag of [etags.a, etags.b]) {
      const id = await land({ proof: 'ticket', ticketId });
      expect(await confirm(id, etag)).toMatchObject({ id, status: 'processing' });
    }
  });

  test('lets one of two versions in that are confirmed at once', async () => {
    for (let round = 0; round < 10; round += 1) {
      const ticketId = await issue(false);
      const key = `photos/ticket-${round}.jpg`;
      const ids = await Promise.all([0, 1].map(() => land({ objectKey: key, proof: 'ticket', ticketId })));
      const outcomes = await Promise.allSettled([
        confirm(ids[0] ?? '', etags.a),
        confirm(ids[1] ?? '', etags.b),
      ]);
      expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    }
  });
});
