/** Something that is to be done, and when. */
interface Due {
  /** Milliseconds since 1970. */
  readonly dueAtMs: number;
}

/** What is to be done, earliest first; in the order of arrival when due at the same time. */
export class Schedule<T extends Due> {
  #items: T[] = [];
  /** Items before it were taken: shifting a long list for each one would take long. */
  #first = 0;

  get length(): number {
    return this.#items.length - this.#first;
  }

  add(item: T): void {
    let low = this.#first;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#items[middle]?.dueAtMs ?? 0) <= item.dueAtMs) low = middle + 1;
      else high = middle;
    }
    this.#items.splice(low, 0, item);
  }

  /** When the earliest is due; undefined if there is nothing. */
  get nextAtMs(): number | undefined {
    return this.#items[this.#first]?.dueAtMs;
  }

  /** Takes the earliest if it is due. */
  take(nowMs: number): T | undefined {
    const item = this.#items[this.#first];
    if (!item || item.dueAtMs > nowMs) return undefined;
    this.#first += 1;
    if (this.#first >= 1_000) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    return item;
  }
}
