/** Serializes changes of the same key; changes of different keys run concurrently. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Runs the change after all earlier ones for `key` have settled. */
  async take<T>(key: string, change: () => T | Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const done = before.then(change);
    const turn = done.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(key, turn);
    try {
      return await done;
    } finally {
      if (this.#last.get(key) === turn) this.#last.delete(key);
    }
  }
}
