/** Changes of the same thing happen one after the other, those of different things at once. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Makes the change once all earlier ones of `key` are done, however they ended. */
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
