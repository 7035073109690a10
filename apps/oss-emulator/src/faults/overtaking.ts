import { pause } from '#runtime';

/**
 * Lets what comes later overtake what is held, one at a time: a second one that is to be held goes
 * ahead, and so releases the first.
 */
export class Overtaking {
  #release: (() => void) | undefined;

  /** Resolves when another one has been sent, after `limitMs`, or when `signal` aborts. */
  async hold(limitMs: number, signal: AbortSignal): Promise<void> {
    if (this.#release) return;
    const overtaken = new AbortController();
    const release = () => overtaken.abort();
    this.#release = release;
    await pause(limitMs, AbortSignal.any([signal, overtaken.signal]));
    if (this.#release === release) this.#release = undefined;
  }

  /** One has been sent, which the held one waited for. */
  sent(): void {
    const release = this.#release;
    this.#release = undefined;
    release?.();
  }
}
