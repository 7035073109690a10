import { type QueueKind, queueKinds, type UploadView } from '#testing';
import * as fc from 'fast-check';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { png } from '../fixtures/files.fixture.js';
import { attacker, type Landings, startLandings, type ReportedObject } from './landings.fixture.js';

type Step =
  | { do: 'put'; key: number; content: number }
  /** The true callback of one of the uploads; later a replay of it. */
  | { do: 'call'; which: number }
  | { do: 'call the newest' }
  | { do: 'forge'; which: number; tells: 'all' | 'the key' | 'another size' }
  | { do: 'delete'; which: number }
  | { do: 'remove'; key: number }
  | { do: 'process'; which: number }
  | { do: 'sweep' };

const one = fc.nat({ max: 1 });
const which = fc.nat({ max: 100 });
const tells = fc.constantFrom('all' as const, 'the key' as const, 'another size' as const);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('put' as const), key: one, content: one }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('call' as const), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('call the newest' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('forge' as const), which, tells }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), key: one }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('process' as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sweep' as const) }) },
);

/** One true upload: what its callback tells, and what has become of it as far as the model knows. */
interface Put {
  key: number;
  content: number;
  reported: ReportedObject;
  /** The id that its callback was answered with; null while none was sent. */
  id: string | null;
  /** Somebody has deleted an upload of the same key since its callback. */
  mayBeDeleted: boolean;
}

/** Has the sweep look at once at what is not finished. */
const makeDue = `UPDATE uploads SET sweep_at = now()
  WHERE id IN (SELECT id FROM uploads WHERE status IN ('stored', 'processing') FOR UPDATE SKIP LOCKED)`;

/** The true side of one walk: what was uploaded, what lies in the bucket, and what may have become of it. */
class Walk {
  private readonly puts: Put[] = [];
  private readonly stored = new Map<number, Put>();
  private readonly lies: string[] = [];

  constructor(
    private readonly name: string,
    private readonly house: Landings,
    private readonly pictures: readonly Buffer[],
    private readonly sweep: () => Promise<unknown>,
  ) {}

  async take(what: Step): Promise<void> {
    switch (what.do) {
      case 'put':
        return this.put(what.key, what.content);
      case 'call':
        return this.call(this.pick(what.which));
      case 'call the newest':
        return this.call(this.puts.at(-1));
      case 'forge':
        return this.forge(this.pick(what.which), what.tells);
      case 'delete':
        return this.delete(this.pick(what.which));
      case 'remove':
        this.stored.delete(what.key);
        return this.house.remove(this.nameOf(what.key));
      case 'process':
        return this.wait(this.pick(what.which));
      case 'sweep':
        await this.sweep();
    }
  }

  /** Waits for the end of everything, and tells what should not be so. */
  async wrongs(): Promise<string[]> {
    for (const lie of this.lies) await this.house.end(lie);
    for (const put of this.puts) await this.wait(put);
    const wrongs: string[] = [];
    for (const put of this.puts) {
      // By now its end may be that of an upload that it was merged into.
      if (put.id !== null) wrongs.push(...this.wrongsOf(put, await this.house.end(put.id)));
    }
    for (const id of await this.house.list('var.user_id=attacker')) wrongs.push(`${id} is the attacker’s`);
    return wrongs;
  }

  private wrongsOf(put: Put, upload: UploadView): string[] {
    const { id, status, vars, claimedVars, etag, error, renditions } = upload;
    const owners = this.puts
      .filter((other) => other.id !== null && other.key === put.key && other.content === put.content)
      .map(({ reported }) => reported.vars['user_id']);
    const isStored = this.stored.get(put.key) === put;
    const mayBe = ['ready', ...(put.mayBeDeleted ? ['deleted'] : []), ...(isStored ? [] : ['failed'])];
    const reasons: unknown[] = ['object.changed', 'object.missing'];
    return [
      ...(owners.includes(vars['user_id']) ? [] : ['its vars are not those of an upload of its version']),
      ...(Object.keys(claimedVars).length > 0 ? ['it has vars that somebody claims'] : []),
      ...(mayBe.includes(status) ? [] : [`it is not ${mayBe.join(' or ')}`]),
      ...(status === 'failed' && !reasons.includes(error?.code) ? ['it failed for another reason'] : []),
      ...(status === 'ready' && etag !== put.reported.etag ? ['it is another version'] : []),
      ...(status === 'ready' && renditions.length === 0 ? ['it has no renditions'] : []),
    ].map(
      (wrong) =>
        `${put.reported.object} of ${put.reported.requestId}, ${id}: ${wrong}: ${JSON.stringify(upload)}`,
    );
  }

  private readonly nameOf = (key: number) => `${this.name}/${key}.png`;
  private readonly pick = (index: number): Put | undefined => this.puts[index % this.puts.length];

  private async put(key: number, content: number): Promise<void> {
    const vars = { user_id: `${this.name}-${this.puts.length}` };
    const reported = await this.house.put(this.nameOf(key), this.pictures[content] ?? Buffer.alloc(0), vars);
    const put: Put = { key, content, reported, id: null, mayBeDeleted: false };
    this.puts.push(put);
    this.stored.set(key, put);
  }

  private async call(put: Put | undefined): Promise<void> {
    if (!put) return;
    const { status, id } = await this.house.call(put.reported);
    put.id ??= id;
    if (status !== 200 || id !== put.id)
      throw new Error(`${put.reported.requestId} is answered ${status} with ${id}, at first with ${put.id}`);
  }

  private async forge(put: Put | undefined, how: 'all' | 'the key' | 'another size'): Promise<void> {
    const {
      object,
      etag,
      size = 0,
    }: Partial<ReportedObject> & { object: string } = put?.reported ?? { object: this.nameOf(0) };
    const version =
      etag === undefined || how === 'the key' ? {} : { etag, size: how === 'all' ? size : size + 1 };
    this.lies.push((await this.house.forge({ object, ...version, vars: attacker })).id);
  }

  private async delete(put: Put | undefined): Promise<void> {
    if (!put || put.id === null) return;
    const { api, env } = this.house.stack;
    const headers = { authorization: `Bearer ${env['API_KEYS']}` };
    await fetch(`${api.url}/v1/uploads/${put.id}`, { method: 'DELETE', headers });
    for (const other of this.puts) other.mayBeDeleted ||= other.key === put.key && other.id !== null;
  }

  private async wait(put: Put | undefined): Promise<void> {
    if (put && put.id !== null) await this.house.end(put.id);
  }
}

describe.each(queueKinds)(
  'any order of uploads, callbacks, lies, replays and deletions, with the queue on %s',
  (queue: QueueKind) => {
    let house: Landings;
    let database: Client;
    beforeAll(async () => {
      house = await startLandings(queue, { WORKER_SWEEP_INTERVAL_MS: '200' });
      await house.stack.startWorker();
      database = new Client({ connectionString: house.stack.databaseUrl });
      await database.connect();
    });
    afterAll(async () => {
      await database.end();
      await house[Symbol.asyncDispose]();
    });

    test('every object whose callback was answered is ready, or failed for a reason of its own, with its own vars', async () => {
      const pictures = await Promise.all([20, 21].map((width) => png(width, 10)));
      let walks = 0;
      const steps = fc.array(step, { minLength: 5, maxLength: 25, size: 'max' });
      const property = fc.asyncProperty(steps, async (all) => {
        walks += 1;
        const walk = new Walk(`walk-${walks}`, house, pictures, () => database.query(makeDue));
        for (const what of all) await walk.take(what);
        expect(await walk.wrongs()).toEqual([]);
      });
      await fc.assert(property, { numRuns: 30, seed: 7, endOnFailure: true });
    });
  },
);
