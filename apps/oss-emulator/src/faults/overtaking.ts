import { pause } from '#runtime';

/**
 * Holds one message at a time so that later ones can overtake it. A second message that would be held is sent
 * instead, which releases the first.
 */
export class Overtaking {
  #release: (() => void) | undefined;

  /** Resolves when another message has been sent, after `limitMs`, or when `signal` aborts. */
  async hold(limitMs: number, signal: AbortSignal): Promise<void> {
    if (this.#release) return;
    const overtaken = new AbortController();
    const release = () => overtaken.abort();
    this.#release = release;
    await pause(limitMs, AbortSignal.any([signal, overtaken.signal]));
    if (this.#release === release) this.#release = undefined;
  }

  /** Reports that a message was sent, which releases the held one. */
  sent(): void {
    const release = this.#release;
    this.#release = undefined;
    release?.();
  }
}
