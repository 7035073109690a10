import { Landfall } from '#client';
import type { Client } from 'pg';
import type { Base } from '../parts/base.js';

/** How many events a reader of the stream received, missed, or received again. */
export interface Followed {
  readonly received: number;
  readonly missed: number;
  readonly again: number;
}

/** Follows the log with the public client, which reopens the stream at another api when it ends. */
export class Follower {
  readonly #ids = new Map<string, number>();
  readonly #end = new AbortController();
  readonly #following: Promise<void>;

  constructor({ apiUrl, apiKey }: Pick<Base, 'apiKey'> & { readonly apiUrl: string }) {
    this.#following = this.#follow(new Landfall({ baseUrl: apiUrl, apiKey }));
    // `stop` reports the error; this prevents an unhandled rejection.
    this.#following.catch(() => undefined);
  }

  /** Stops and returns the result. Call it when no event has been recorded for some seconds. */
  async stop(database: Client): Promise<Followed> {
    const { rows } = await database.query<{ id: string }>('SELECT id FROM events ORDER BY position');
    this.#end.abort();
    await this.#following;
    const missed = rows.filter(({ id }) => !this.#ids.has(id)).length;
    const received = [...this.#ids.values()].reduce((sum, times) => sum + times, 0);
    return { received, missed, again: received - this.#ids.size };
  }

  async #follow(client: Landfall): Promise<void> {
    const { signal } = this.#end;
    try {
      const { next } = await client.events.page();
      for await (const { id } of client.events.stream({ signal, after: next }))
        if (id !== null) this.#ids.set(id, (this.#ids.get(id) ?? 0) + 1);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
