import type { PlacedEvent } from './live-event.js';

/**
 * The newest events of the log, shared in memory by all streams. Bounded by number and bytes; older
 * events must be read from the log.
 */
export class EventRing {
  private events: PlacedEvent[] = [];
  private bytes = 0;

  /** @param floor events up to and including this position are not held */
  constructor(
    private floor: number,
    private readonly limits: { events: number; bytes: number },
  ) {}

  /** Appends events and drops the oldest ones beyond the limits. @param events must follow those already held */
  add(events: readonly PlacedEvent[]): void {
    this.events.push(...events);
    for (const { frame } of events) this.bytes += frame.length;
    let count = 0;
    while (this.events.length - count > this.limits.events || this.bytes > this.limits.bytes)
      this.bytes -= this.events[count++]?.frame.length ?? 0;
    const dropped = this.events.splice(0, count);
    this.floor = dropped.at(-1)?.position ?? this.floor;
  }

  /** Returns all events after a position; null if some of them are no longer held. */
  after(position: number): PlacedEvent[] | null {
    if (position < this.floor) return null;
    const last = this.events.findLastIndex((event) => event.position <= position);
    return this.events.slice(last + 1);
  }
}
