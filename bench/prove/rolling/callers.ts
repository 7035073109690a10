import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { pause } from '#runtime';
import type { Base } from '../parts/base.js';

const atOnce = 4;
const pauseMs = 150;
const timeoutMs = 15_000;
const mostKept = 20;

/** What callers observed, and failures of uploads' requests for tickets and to OSS. */
export interface Calls {
  readonly made: number;
  readonly failed: number;
  readonly worstMs: number;
  /** Descriptions of the first failures. */
  readonly failures: readonly string[];
}

/** API clients that keep their connections and never retry, so that every failure is counted. */
export class Callers {
  readonly #failures: string[] = [];
  #made = 0;
  #failed = 0;
  #worstMs = 0;

  constructor(private readonly target: Pick<Base, 'apiKey'> & { readonly apiUrl: string }) {}

  counted(): Calls {
    return { made: this.#made, failed: this.#failed, worstMs: this.#worstMs, failures: this.#failures };
  }

  /** Calls the API until the signal aborts. */
  async callUntil(signal: AbortSignal): Promise<void> {
    await Promise.all(Array.from({ length: atOnce }, () => this.#call(signal)));
  }

  /** Counts a failed request of another client, to the API or to OSS. */
  readonly tellFailure = (error: unknown): void => {
    this.#failed += 1;
    if (this.#failures.length < mostKept)
      this.#failures.push(`${new Date().toISOString()} ${describe(error)}`);
  };

  async #call(signal: AbortSignal): Promise<void> {
    // A separate connection, like that of a separate client process.
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const paths = ['/v1/uploads?limit=20', '/v1/stats', '/v1/uploads?limit=5&status=ready'];
    try {
      for (let turn = 0; !signal.aborted; turn += 1) {
        const startedAt = performance.now();
        this.#made += 1;
        try {
          await this.#get(agent, paths[turn % paths.length] ?? '');
        } catch (error) {
          this.tellFailure(error);
        }
        this.#worstMs = Math.max(this.#worstMs, performance.now() - startedAt);
        await pause(pauseMs, signal);
      }
    } finally {
      agent.destroy();
    }
  }

  async #get(agent: Agent, path: string): Promise<void> {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { authorization: `Bearer ${this.target.apiKey}` };
      const options = { agent, headers, signal: AbortSignal.timeout(timeoutMs) };
      request(`${this.target.apiUrl}${path}`, options, resolve).on('error', reject).end();
    });
    const body = await text(answer);
    if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode} ${body.slice(0, 200)}`);
  }
}

function describe(error: unknown): string {
  const { message, cause, code } = error as { message?: string; cause?: Error; code?: string };
  return [message, code, cause?.message].filter((part) => part).join(', ');
}
