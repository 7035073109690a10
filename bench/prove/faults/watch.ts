import { firstIdOf, pause } from '#runtime';
import { Client } from 'pg';

const pollMs = 500;
const limitMs = 120_000;
const mostInBacklog = 10_000;

/**
 * Uploads that someone waits for. Those that only lack slow renditions (`upload.render`) have the lowest priority by
 * design and are excluded.
 */
const waitedFor = `status IN ('stored', 'processing') AND NOT coalesce(
  (SELECT bool_and(v.job = 'upload.render') FROM rendition_versions AS v
   WHERE v.upload_id = uploads.id AND v.status = 'pending'), false)`;

/** Milliseconds until something worked again; null if it did not within the time limit. */
export interface Recovery {
  /** Until OSS answered 200 to an upload that began after the fault. */
  readonly answeredMs: number | null;
  /** Until an upload that landed after the fault was ready. */
  readonly readyMs: number | null;
  /** Until the uploads that were waited for when the fault began were no longer waited for. */
  readonly backlogMs: number | null;
}

/** Observes recovery from outside: by the responses to clients and by the database, which may be down. */
export class Watch {
  readonly #waiting = new Set<(beganAt: number) => void>();

  constructor(
    private readonly databaseUrl: string,
    private readonly signal: AbortSignal,
  ) {}

  /** Reports an upload that began at this time and was answered with 200. */
  readonly tellAnswer = (beganAt: number): void => {
    for (const tell of this.#waiting) tell(beganAt);
  };

  /** The uploads that are waited for; empty while Postgres does not respond. */
  async readBacklog(): Promise<string[]> {
    const rows = await this.#query<{ id: string }>(
      `SELECT id FROM uploads WHERE ${waitedFor} LIMIT ${mostInBacklog}`,
      [],
    );
    return rows?.map(({ id }) => id) ?? [];
  }

  /** @param since milliseconds since 1970 */
  async awaitRecovery(since: number, backlog: readonly string[]): Promise<Recovery> {
    const ready = {
      text: `SELECT EXISTS (SELECT FROM uploads WHERE id >= $1 AND status = 'ready') AS "isSo"`,
      values: [firstIdOf(since)],
    };
    const over = {
      text: `SELECT NOT EXISTS (SELECT FROM uploads WHERE id = ANY($1) AND ${waitedFor}) AS "isSo"`,
      values: [backlog],
    };
    const [answeredMs, readyMs, backlogMs] = await Promise.all([
      this.#untilAnswered(since),
      this.#until(ready, since),
      this.#until(over, since),
    ]);
    return { answeredMs, readyMs, backlogMs };
  }

  async #untilAnswered(since: number): Promise<number | null> {
    const answered = Promise.withResolvers<number>();
    const tell = (beganAt: number) => {
      if (beganAt >= since) answered.resolve(Date.now() - since);
    };
    this.#waiting.add(tell);
    const settled = new AbortController();
    const given = pause(limitMs, AbortSignal.any([this.signal, settled.signal])).then(() => null);
    try {
      return await Promise.race([answered.promise, given]);
    } finally {
      settled.abort();
      this.#waiting.delete(tell);
    }
  }

  async #until(question: { text: string; values: unknown[] }, since: number): Promise<number | null> {
    while (Date.now() - since < limitMs && !this.signal.aborted) {
      const rows = await this.#query<{ isSo: boolean }>(question.text, question.values);
      if (rows?.[0]?.isSo) return Date.now() - since;
      await pause(pollMs, this.signal);
    }
    return null;
  }

  /** Undefined while Postgres does not respond, which some of the faults cause. */
  async #query<Row extends object>(text: string, values: unknown[]): Promise<Row[] | undefined> {
    const client = new Client({
      connectionString: this.databaseUrl,
      connectionTimeoutMillis: 2_000,
      query_timeout: 5_000,
    });
    // A lost connection also fails the query, which reports it.
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query<Row>(text, values)).rows;
    } catch {
      return undefined;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
