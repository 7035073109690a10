import { type QueueKind, queueKinds } from '#testing';
import fc from 'fast-check';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { png } from './fixtures.suite.js';
import { attacker, type Landings, startLandings, type Told } from './landings.suite.js';

const keys = [0, 1];
const contents = [0, 1];
const some = fc.nat({ max: 100 });
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('put'),
      key: fc.constantFrom(...keys),
      content: fc.constantFrom(...contents),
    }),
  },
  // Once it is the true callback, later or again a replay of it.
  { weight: 6, arbitrary: fc.record({ do: fc.constant('call'), which: some }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('call newest') }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('forge'),
      which: some,
      tells: fc.constantFrom('all', 'the key', 'another size'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete'), which: some }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove'), key: fc.constantFrom(...keys) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('process'), which: some }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sweep') }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** One true upload: what its callback tells, and what became of it as far as the model knows. */
interface Put {
  key: number;
  content: number;
  told: Told;
  /** The id that its callback was answered with; null while none was sent. */
  id: string | null;
  /** Somebody has deleted an upload of the same key since its callback. */
  mayBeDeleted: boolean;
}

/** Has the sweep look at once at what is not finished. */
const makeDue = `UPDATE uploads SET sweep_at = now()
  WHERE id IN (SELECT id FROM uploads WHERE status IN ('stored', 'processing') FOR UPDATE SKIP LOCKED)`;

const own = (put: Put) => put.told.vars['user_id'];

describe.each(queueKinds)(
  'any order of uploads, callbacks, lies, replays and deletions, with the queue on %s',
  (queue: QueueKind) => {
    let house: Landings;
    let database: Client;
    let pictures: Buffer[];
    let runs = 0;
    beforeAll(async () => {
      house = await startLandings(queue, { WORKER_SWEEP_INTERVAL_MS: '200' });
      await house.stack.startWorker();
      database = new Client({ connectionString: house.stack.databaseUrl });
      await database.connect();
      pictures = await Promise.all(contents.map((content) => png(20 + content, 10)));
    });
    afterAll(async () => {
      await database.end();
      await house[Symbol.asyncDispose]();
    });

    async function walk(steps: readonly Step[]) {
      runs += 1;
      const name = (key: number) => `walk/${runs}/${key}.png`;
      const puts: Put[] = [];
      /** What lies in the bucket, by key. */
      const stored = new Map<number, Put>();
      const lies: string[] = [];
      const pick = (which: number): Put | undefined => puts[which % puts.length];
      const call = async (put: Put | undefined) => {
        if (!put) return;
        const { status, id } = await house.call(put.told);
        expect(status).toBe(200);
        put.id ??= id;
        expect(id).toBe(put.id);
      };
      const take = async (one: Step) => {
        if (one.do === 'put' && 'content' in one) {
          const told = await house.put(name(one.key), pictures[one.content] ?? Buffer.alloc(0), {
            user_id: `${runs}-${puts.length}`,
          });
          const put = { key: one.key, content: one.content, told, id: null, mayBeDeleted: false };
          puts.push(put);
          stored.set(one.key, put);
        } else if (one.do === 'call' && 'which' in one) await call(pick(one.which));
        else if (one.do === 'call newest') await call(puts.at(-1));
        else if (one.do === 'forge' && 'tells' in one) {
          const put = pick(one.which);
          const { object, etag, size = 0 } = put?.told ?? { object: name(0) };
          const told =
            one.tells === 'the key' || etag === undefined
              ? { object, vars: attacker }
              : { object, etag, size: one.tells === 'all' ? size : size + 1, vars: attacker };
          lies.push((await house.forge(told)).id);
        } else if (one.do === 'delete' && 'which' in one) {
          const put = pick(one.which);
          if (put?.id == null) return;
          await fetch(`${house.stack.api.url}/v1/uploads/${put.id}`, {
            method: 'DELETE',
            headers: { authorization: `Bearer ${house.stack.env['API_KEYS']}` },
          });
          for (const other of puts) if (other.key === put.key && other.id !== null) other.mayBeDeleted = true;
        } else if (one.do === 'remove' && 'key' in one) {
          await house.remove(name(one.key));
          stored.delete(one.key);
        } else if (one.do === 'process' && 'which' in one) {
          const put = pick(one.which);
          if (put?.id != null) await house.end(put.id);
        } else await database.query(makeDue);
      };
      for (const one of steps) await take(one);

      for (const lie of lies) await house.end(lie);
      for (const put of puts) {
        if (put.id === null) continue;
        await house.end(put.id);
        // Its end may be that of an upload that it is merged into only now.
        const upload = await house.end(put.id);
        const told = puts.filter(
          (other) => other.id !== null && other.key === put.key && other.content === put.content,
        );
        const isStored = stored.get(put.key) === put;
        const seen = { steps, puts, upload };
        expect(told.map(own), JSON.stringify(seen)).toContain(upload.vars['user_id']);
        expect(upload.claimedVars, JSON.stringify(seen)).toEqual({});
        const allowed = ['ready', ...(put.mayBeDeleted ? ['deleted'] : []), ...(isStored ? [] : ['failed'])];
        expect(allowed, JSON.stringify(seen)).toContain(upload.status);
        if (upload.status === 'failed')
          expect(['object.changed', 'object.missing'], JSON.stringify(seen)).toContain(upload.error?.code);
        if (upload.status === 'ready')
          expect([upload.etag, upload.renditions.length > 0], JSON.stringify(seen)).toEqual([
            put.told.etag,
            true,
          ]);
      }
      expect(await house.list('var.user_id=attacker')).toEqual([]);
    }

    test('every object whose callback was answered is ready, or failed for a reason of its own, with its own vars', async () => {
      await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25, size: 'max' }), walk), {
        numRuns: Number(process.env['WALKS'] ?? 25),
        seed: Number(process.env['SEED'] ?? 7),
        endOnFailure: true,
      });
    });
  },
);
