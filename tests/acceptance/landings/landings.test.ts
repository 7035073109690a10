import { queueKinds, type UploadView } from '#testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { png } from '../fixtures/files.fixture.js';
import { attacker, type Landings, startLandings, type ReportedObject } from './landings.fixture.js';

const owner = { user_id: '42' };

describe.each(queueKinds)(
  'nobody can forge an upload, and none is swallowed, with the queue on %s',
  (queue) => {
    let house: Landings;
    beforeAll(async () => {
      house = await startLandings(queue);
    });
    afterAll(() => house[Symbol.asyncDispose]());

    /** What a stranger may tell of an object: all that is right but the vars, no version at all, and another size. */
    const liesOf = ({ object, etag, size = 0 }: Omit<ReportedObject, 'vars' | 'requestId'>) => [
      { object, size, vars: attacker, ...(etag !== undefined && { etag }) },
      { object, vars: attacker },
      { object, size: size + 1, vars: attacker },
    ];
    const forgeAll = async (reported: Omit<ReportedObject, 'vars' | 'requestId'>) => {
      const answers = await Promise.all(liesOf(reported).map((lie) => house.forge(lie)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      return answers.map(({ id }) => id);
    };
    /** What of an upload, and of the attacker's lists, a lie must not change. */
    const truthOf = async (id: string) => {
      const { status, etag, vars, proof } = await house.end(id);
      return { status, etag, vars, proof, theirs: await house.list('var.user_id=attacker') };
    };
    const truth = ({ etag }: ReportedObject) => ({
      status: 'ready',
      etag,
      vars: owner,
      proof: 'url',
      theirs: [],
    });

    test('forged callbacks before the object is there end as failed, in no list, and keep nothing from the true one', async () => {
      const picture = await png(61, 10);
      const version = await house.put('before.png', picture, owner);
      await house.remove('before.png');
      for (const id of await forgeAll(version)) {
        expect(await house.end(id)).toMatchObject({ status: 'failed', error: { code: 'object.missing' } });
        expect(await house.list('status=failed')).not.toContain(id);
      }
      const reported = await house.put('before.png', picture, owner);
      expect(await truthOf((await house.call(reported)).id)).toEqual(truth(reported));
    });

    test('forged callbacks that are looked at before and beside the true one have no say', async () => {
      await house.stack.worker.end();
      const reported = await house.put('beside.png', await png(62, 10), owner);
      const lies = await forgeAll(reported);
      const { id } = await house.call(reported);
      lies.push(...(await forgeAll(reported)));
      house.stack.worker = await house.stack.startWorker();
      expect(await truthOf(id)).toEqual(truth(reported));
      // Each was refused for what it tells, or shows the true upload.
      const outcomes = await Promise.all(lies.map((lie) => house.end(lie)));
      const others = outcomes.filter((upload) => upload.id !== id);
      expect(others.filter(({ status }) => status !== 'failed')).toEqual([]);
      expect(await truthOf(id)).toEqual(truth(reported));
    });

    test('forged callbacks after the true one change nothing', async () => {
      const reported = await house.put('after.png', await png(63, 10), owner);
      const { id } = await house.call(reported);
      expect(await truthOf(id)).toEqual(truth(reported));
      const before = await house.end(id);
      for (const lie of await forgeAll(reported)) await house.end(lie);
      expect((await house.end(id)).renditions.map(({ objectKey }) => objectKey)).toEqual(
        before.renditions.map(({ objectKey }) => objectKey),
      );
      expect(await truthOf(id)).toEqual(truth(reported));
    });

    test('of an object that nobody has told of in truth a stranger learns nothing, and its vars are nobody’s', async () => {
      const reported = await house.put('private.png', await png(64, 10));
      for (const id of await forgeAll(reported)) expect((await house.end(id)).vars).toEqual({});
      expect(await house.list('var.user_id=attacker')).toEqual([]);
    });

    test('what a stranger tells of our renditions, and of keys that never come, makes nothing', async () => {
      const { id } = await house.call(await house.put('made.png', await png(65, 10), owner));
      const upload = await house.end(id);
      const [rendition] = upload.renditions;
      const ours = await house.forge({ object: rendition?.objectKey ?? '', vars: attacker });
      expect(await house.end(ours.id)).toMatchObject({ status: 'ignored', renditions: [] });
      const never = await house.forge({ object: 'never.png', vars: attacker });
      expect(await house.end(never.id)).toMatchObject({ status: 'failed' });
      expect(await house.list('prefix=never')).toEqual([]);
    });

    test('the same bytes are made again after a DELETE, after a failure, and after the object itself was gone', async () => {
      const picture = await png(66, 10);
      const land = async () => house.call(await house.put('again.png', picture, owner));
      const first = await land();
      expect(await house.end(first.id)).toMatchObject({ status: 'ready' });
      await fetch(`${house.stack.api.url}/v1/uploads/${first.id}`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${house.stack.env['API_KEYS']}` },
      });
      const second = await land();
      expect(await house.end(second.id)).toMatchObject({ id: second.id, status: 'ready' });
      expect(await house.end(first.id)).toMatchObject({ id: first.id, status: 'deleted' });

      const late = await house.put('late.png', picture, owner);
      await house.remove('late.png');
      const missing = await house.call(late);
      expect(await house.end(missing.id)).toMatchObject({
        status: 'failed',
        error: { code: 'object.missing' },
      });
      const there = await house.call(await house.put('late.png', picture, owner));
      expect(await house.end(there.id)).toMatchObject({ id: there.id, status: 'ready', vars: owner });
      expect(await house.end(missing.id)).toMatchObject({ status: 'failed' });
    });

    test('A, B and A again in one moment: the last is ready and current, and B is ready or was replaced', async () => {
      const [a, b] = [await png(67, 10), await png(68, 10)];
      const ids: string[] = [];
      for (const content of [a, b, a])
        ids.push((await house.call(await house.put('aba.png', content, owner))).id);
      const [first = '', other = '', last = ''] = ids;
      const upload = await house.end(last);
      expect(upload).toMatchObject({ status: 'ready', metadata: { width: 67 }, supersededBy: null });
      expect(await house.list('prefix=aba&current=true')).toEqual([upload.id]);
      // B was made before it was replaced, or was looked at too late. The first is the same upload, or had seen B.
      const [begun, replaced] = [await house.end(first), await house.end(other)];
      const tell = ({ id, status, supersededBy, error }: UploadView) =>
        status === 'ready' ? [id === upload.id ? 'is the last' : supersededBy] : [error?.code];
      expect([[upload.id], ['object.changed']]).toContainEqual(tell(replaced));
      expect([['is the last'], ['object.changed']]).toContainEqual(tell(begun));
    });

    test('two true landings of the same bytes at once are one upload, with the vars of both', async () => {
      const reported = await house.put('twice.png', await png(69, 10), { ...owner, first: '1' });
      const other = { ...reported, vars: { ...owner, second: '2' }, requestId: `${reported.requestId}B` };
      const answers = await Promise.all([reported, reported, other].map((one) => house.call(one)));
      expect(answers[0]?.id).toBe(answers[1]?.id);
      const uploads = await Promise.all(answers.map(({ id }) => house.end(id)));
      const merged = await house.end(answers[2]?.id ?? '');
      expect(merged).toMatchObject({ status: 'ready', vars: { ...owner, first: '1', second: '2' } });
      expect(
        new Set((await Promise.all(uploads.map(({ id }) => house.end(id)))).map(({ id }) => id)).size,
      ).toBe(1);
    });
  },
);
