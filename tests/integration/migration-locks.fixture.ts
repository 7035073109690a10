import type { DataSource } from '#database';
import type { TakenLock } from '#migrations';

type QueryRunner = ReturnType<DataSource['createQueryRunner']>;

/** OSS waits five seconds for the answer to a callback, and a callback waits behind whoever waits for a lock. */
const longestLockWaitMs = 2_000;

/** What a migration did to what was there before it. */
export interface Observed {
  readonly locks: readonly TakenLock[];
  /** What the release before, which still runs, or those who wait would suffer from, in words. */
  readonly harm: readonly string[];
}

type Step = (runner: QueryRunner) => Promise<void>;

/**
 * Runs a migration and asks Postgres, before each of its transactions ends, which locks it holds, which tables it has read
 * from end to end or written anew, and afterwards what of the columns is no longer as it was.
 * @param transaction as of a migration: whether all of it is one transaction
 */
export async function observe(
  source: DataSource,
  { transaction, run }: { transaction: boolean; run: Step },
): Promise<Observed> {
  const runner = source.createQueryRunner();
  try {
    const before = await readSchema(runner);
    const observer = new Observer(runner, before);
    if (transaction) await observer.inTransaction(() => run(observer.passing()));
    else await run(observer.oneByOne());
    const after = await readSchema(runner);
    return { locks: observer.locks(), harm: [...observer.harm, ...findContracted(before, after)] };
  } finally {
    await runner.release();
  }
}

interface Schema {
  readonly relations: ReadonlyMap<string, { oid: number; filenode: number }>;
  readonly columns: ReadonlyMap<string, { type: string; isNullable: boolean; hasDefault: boolean }>;
}

async function readSchema(runner: QueryRunner): Promise<Schema> {
  const relations = (await runner.query(
    `SELECT relname AS name, oid::int, relfilenode::int AS filenode FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')`,
  )) as { name: string; oid: number; filenode: number }[];
  const columns = (await runner.query(
    `SELECT table_name || '.' || column_name AS name, concat_ws(' ', udt_name, character_maximum_length) AS type,
            is_nullable = 'YES' AS "isNullable", column_default IS NOT NULL AS "hasDefault"
     FROM information_schema.columns WHERE table_schema = 'public'`,
  )) as { name: string; type: string; isNullable: boolean; hasDefault: boolean }[];
  return {
    relations: new Map(relations.map((relation) => [relation.name, relation])),
    columns: new Map(columns.map((column) => [column.name, column])),
  };
}

/** Programs of the release before read and write what they know: it must stay, and nothing more may be asked of them. */
function findContracted(before: Schema, after: Schema): string[] {
  const harm: string[] = [];
  for (const [name, column] of before.columns) {
    const now = after.columns.get(name);
    if (!now) harm.push(`${name} is gone`);
    else if (now.type !== column.type) harm.push(`${name} was ${column.type} and is ${now.type}`);
    else if (column.isNullable && !now.isNullable) harm.push(`${name} must have a value now`);
    else if (column.hasDefault && !now.hasDefault) harm.push(`${name} has no default any more`);
  }
  for (const [name, { isNullable, hasDefault }] of after.columns) {
    const isOfOldTable = before.relations.has(name.split('.')[0] ?? '');
    if (isOfOldTable && !before.columns.has(name) && !isNullable && !hasDefault)
      harm.push(`${name} must have a value, which the release before does not write`);
  }
  return harm;
}

const strongModes: Readonly<Record<string, TakenLock['mode']>> = {
  ShareUpdateExclusiveLock: 'SHARE UPDATE EXCLUSIVE',
  // Both keep whoever writes waiting.
  ShareLock: 'SHARE ROW EXCLUSIVE',
  ShareRowExclusiveLock: 'SHARE ROW EXCLUSIVE',
  ExclusiveLock: 'ACCESS EXCLUSIVE',
  AccessExclusiveLock: 'ACCESS EXCLUSIVE',
};

/** The strongest last. */
const modes = ['SHARE UPDATE EXCLUSIVE', 'SHARE ROW EXCLUSIVE', 'ACCESS EXCLUSIVE'];

class Observer {
  readonly harm: string[] = [];
  readonly #locks = new Map<string, TakenLock>();
  #lockWaitMs = 0;
  /** How often each table had been read from end to end when the transaction began: this connection counts on. */
  #scansBefore = new Map<string, number>();

  constructor(
    private readonly runner: QueryRunner,
    private readonly before: Schema,
  ) {}

  locks(): TakenLock[] {
    return [...this.#locks.values()];
  }

  /** For statements within a transaction that is there. */
  passing(): QueryRunner {
    return this.#with(async (text, parameters) => {
      const result: unknown = await this.runner.query(text, parameters);
      await this.#noteLockWait();
      return result;
    });
  }

  /** For statements that are transactions of their own. */
  oneByOne(): QueryRunner {
    return this.#with(async (text, parameters) => {
      if (/\bCONCURRENTLY\b/i.test(text)) {
        this.#noteIndex(text);
        return this.runner.query(text, parameters) as Promise<unknown>;
      }
      if (/^\s*(RE)?SET\b/i.test(text)) return this.runner.query(text, parameters) as Promise<unknown>;
      let result: unknown;
      await this.inTransaction(async () => {
        result = await this.runner.query(text, parameters);
        await this.#noteLockWait();
      });
      return result;
    });
  }

  async inTransaction(work: () => Promise<void>): Promise<void> {
    await this.runner.query('BEGIN');
    try {
      this.#lockWaitMs = 0;
      this.#scansBefore = await this.#readScans();
      await work();
      await this.#noteLocks();
      await this.runner.query('COMMIT');
    } catch (error) {
      await this.runner.query('ROLLBACK');
      throw error;
    }
  }

  #with(query: (text: string, parameters?: unknown[]) => Promise<unknown>): QueryRunner {
    return new Proxy(this.runner, {
      get: (target, name, receiver) =>
        name === 'query' ? query : (Reflect.get(target, name, receiver) as unknown),
    });
  }

  async #noteLockWait(): Promise<void> {
    const [row] = (await this.runner.query(
      `SELECT setting::int AS ms FROM pg_settings WHERE name = 'lock_timeout'`,
    )) as [{ ms: number }];
    // The longest wait of the transaction counts; 0 is for ever.
    this.#lockWaitMs = Math.max(this.#lockWaitMs, row.ms === 0 ? Number.POSITIVE_INFINITY : row.ms);
  }

  async #noteLocks(): Promise<void> {
    const held = (await this.runner.query(
      `SELECT c.relname AS name, l.mode, c.relfilenode::int AS filenode
       FROM pg_locks AS l JOIN pg_class AS c ON c.oid = l.relation
       WHERE l.pid = pg_backend_pid() AND l.granted AND c.relkind IN ('r', 'v') AND c.relnamespace = 'public'::regnamespace`,
    )) as { name: string; mode: string; filenode: number }[];
    const scansNow = await this.#readScans();
    const waiting = new Set<string>();
    for (const [name, { mode, filenode }] of this.#strongestOf(held)) {
      const isWritten = filenode !== this.before.relations.get(name)?.filenode;
      const isRead = (scansNow.get(name) ?? 0) > (this.#scansBefore.get(name) ?? 0);
      this.#note({ table: name, mode, lasts: isWritten || isRead ? 'scan' : 'moment' });
      if (mode === 'SHARE UPDATE EXCLUSIVE') continue;
      waiting.add(name);
      if (isWritten) this.harm.push(`${name} is written anew under ${mode}`);
      else if (isRead) this.harm.push(`${name} is read from end to end under ${mode}`);
      if (this.#lockWaitMs > longestLockWaitMs)
        this.harm.push(
          `${mode} of ${name} is waited for without a lock_timeout of ${longestLockWaitMs} ms or less`,
        );
    }
    if (waiting.size > 1) this.harm.push(`${[...waiting].sort().join(' and ')} are locked at once`);
  }

  /** Of what was there before the migration, the strongest lock of each. */
  #strongestOf(held: readonly { name: string; mode: string; filenode: number }[]) {
    const strongest = new Map<string, { mode: TakenLock['mode']; filenode: number }>();
    for (const { name, mode, filenode } of held) {
      const strong = strongModes[mode];
      if (!strong || !this.before.relations.has(name)) continue;
      const known = strongest.get(name);
      if (!known || modes.indexOf(strong) > modes.indexOf(known.mode))
        strongest.set(name, { mode: strong, filenode });
    }
    return strongest;
  }

  async #readScans(): Promise<Map<string, number>> {
    const rows = (await this.runner.query(
      'SELECT relname AS name, seq_scan::int AS scans FROM pg_stat_xact_user_tables',
    )) as { name: string; scans: number }[];
    return new Map(rows.map(({ name, scans }) => [name, scans]));
  }

  /** Postgres takes this lock for it, in transactions that nobody can look into. */
  #noteIndex(text: string): void {
    const table = /^\s*CREATE\b[^]*?\bON\s+(\w+)/i.exec(text)?.[1];
    if (table && this.before.relations.has(table))
      this.#note({ table, mode: 'SHARE UPDATE EXCLUSIVE', lasts: 'scan' });
  }

  #note(lock: TakenLock): void {
    this.#locks.set(Object.values(lock).join(), lock);
  }
}
