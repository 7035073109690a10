/** Ties the load to the faults: a fault waits for an upload to begin, and the uploads for the faults before them to be over. */
export class Pace {
  #begun = -1;
  #limit = 0;
  #change = Promise.withResolvers<void>();

  constructor(private readonly signal: AbortSignal) {
    signal.addEventListener('abort', () => this.#tell(), { once: true });
  }

  /** Uploads of lower numbers may begin. */
  allow(limit: number): void {
    this.#limit = limit;
    this.#tell();
  }

  /** Resolves when the upload of this number may begin, and tells that it does. */
  async mayBegin(number: number): Promise<void> {
    await this.#until(() => number < this.#limit);
    this.#begun = number;
    this.#tell();
  }

  /** Resolves when the upload of this number has begun. */
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
