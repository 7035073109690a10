/** An item with a due time. */
interface Due {
  /** Milliseconds since 1970. */
  readonly dueAtMs: number;
}

/** A priority queue: earliest due first, first in first out among equal due times. */
export class Schedule<T extends Due> {
  #items: T[] = [];
  /** Index of the first remaining item; shifting a long array on each take would be slow. */
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

  /** When the earliest item is due; undefined if the schedule is empty. */
  get nextAtMs(): number | undefined {
    return this.#items[this.#first]?.dueAtMs;
  }

  /** Removes and returns the earliest item if it is due. */
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
