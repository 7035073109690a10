/** The readers whose arrivals are awaited. */
export const readers = ['stream', 'webhook', 'notification'] as const;
export type Reader = (typeof readers)[number];

export interface Delay {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** The times when events were committed and when they reached each reader. */
export class Arrivals {
  private committed = new Map<string, number>();
  private arrived: Record<Reader, Map<string, number>> = emptyArrivals();
  private expected = new Set<string>();
  private whenComplete: (() => void) | undefined;

  clear(): void {
    this.committed = new Map();
    this.arrived = emptyArrivals();
    this.expected = new Set();
  }

  expect(id: string): void {
    this.expected.add(id);
  }

  commit(id: string): void {
    this.committed.set(id, performance.now());
    this.check();
  }

  arrive(reader: Reader, id: string): void {
    if (!this.expected.has(id) || this.arrived[reader].has(id)) return;
    this.arrived[reader].set(id, performance.now());
    this.check();
  }

  /**
   * Waits until every event has reached every reader.
   * @throws Error with what is missing, after the time limit
   */
  async complete(timeoutMs: number): Promise<void> {
    const complete = Promise.withResolvers<void>();
    this.whenComplete = complete.resolve;
    const timer = setTimeout(() => complete.reject(new Error(`missing: ${this.missing()}`)), timeoutMs);
    this.check();
    try {
      await complete.promise;
    } finally {
      clearTimeout(timer);
      this.whenComplete = undefined;
    }
  }

  result(): Record<Reader, Delay> {
    const of = (reader: Reader): Delay => {
      const waited = [...this.committed].map(([id, at]) => (this.arrived[reader].get(id) ?? Number.NaN) - at);
      // A reader may receive an event before the client sees its commit.
      const sorted = waited.map((ms) => Math.max(0, ms)).toSorted((a, b) => a - b);
      const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
      return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
    };
    return { stream: of('stream'), webhook: of('webhook'), notification: of('notification') };
  }

  private missing(): string {
    return readers
      .map((reader) => `${this.expected.size - this.arrived[reader].size} at ${reader}`)
      .join(', ');
  }

  private check(): void {
    const all = this.expected.size;
    if (this.committed.size < all || readers.some((reader) => this.arrived[reader].size < all)) return;
    this.whenComplete?.();
  }
}

function emptyArrivals(): Record<Reader, Map<string, number>> {
  return { stream: new Map(), webhook: new Map(), notification: new Map() };
}
