/**
 * Synchronizes load and faults: a fault waits for an upload to begin, and uploads wait until earlier faults are over.
 */
export class Pace {
  #begun = -1;
  #limit = 0;
  #change = Promise.withResolvers<void>();

  constructor(private readonly signal: AbortSignal) {
    signal.addEventListener('abort', () => this.#tell(), { once: true });
  }

  /** Allows uploads with numbers below `limit` to begin. */
  allow(limit: number): void {
    this.#limit = limit;
    this.#tell();
  }

  /** Resolves when the upload with this number may begin, and records that it does. */
  async mayBegin(number: number): Promise<void> {
    await this.#until(() => number < this.#limit);
    this.#begun = number;
    this.#tell();
  }

  /** Resolves when the upload with this number has begun. */
  reached(number: number): Promise<void> {
    return this.#until(() => this.#begun >= number);
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo() && !this.signal.aborted) await this.#change.promise;
  }

  #tell(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }
}
