import { listenForNotifications } from '#database';
import { type EventReader, eventsChannel } from '#events';
import { type Logger, pause } from '#runtime';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { EventRing } from './event-ring.js';
import { type PlacedEvent, placedEvent } from './live-event.js';

const pageSize = 200;
/** Limits of the in-memory ring, from which readers resume without a query. */
const held = { events: 2_000, bytes: 8_388_608 };
const pollMs = 2_000;
const failedPauseMs = 500;
/** Followers woken before yielding to the event loop. */
const wakeAtOnce = 200;

/** A position in the event log. */
export interface LogPlace {
  readonly position: number;
  /** Id of the event at this position; null before the first event. */
  readonly id: string | null;
}

/**
 * Reads the event log once for all streams and waiting requests of this process, woken by NOTIFY, with
 * polling as the safety net. Starts with the first reader, so a process without readers causes no
 * database load.
 */
export class EventHub {
  private readonly stopping = new AbortController();
  private readonly followers = new Set<() => void>();
  private ring = new EventRing(0, held);
  private beginning: Promise<void> | undefined;
  private running: Promise<unknown> = Promise.resolve();
  private place: LogPlace = { position: 0, id: null };
  private woken = false;
  private wake: () => void = () => {};

  constructor(
    private readonly reader: EventReader,
    private readonly directUrl: string,
    private readonly logger: Logger,
  ) {}

  /** The last event that followers were told of. */
  get newest(): LogPlace {
    return this.place;
  }

  /** Starts reading at the newest event; idempotent. Call it before anything else. Rejects if the database does not respond. */
  async start(): Promise<void> {
    this.beginning ??= this.begin();
    try {
      await this.beginning;
    } catch (error) {
      this.beginning = undefined;
      throw error;
    }
  }

  /** Calls `onEvents` whenever there are new events. Returns the function to unsubscribe. */
  follow(onEvents: () => void): () => void {
    this.followers.add(onEvents);
    return () => void this.followers.delete(onEvents);
  }

  /** Returns all events after a position; null if some are no longer in memory and must be read from the log. */
  after(position: number): PlacedEvent[] | null {
    return this.ring.after(position);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.beginning?.catch(() => undefined);
    await this.running;
  }

  private async begin(): Promise<void> {
    const { next: id } = await this.reader.page('latest', {}, 1);
    const position = id === null ? 0 : await this.reader.positionOf(id);
    this.place = { position, id };
    this.ring = new EventRing(position, held);
    const { signal } = this.stopping;
    const listening = listenForNotifications(this.directUrl, eventsChannel, () => this.nudge(), {
      signal,
      logger: this.logger,
    });
    this.running = Promise.all([listening, this.readUntilStopped(signal)]);
  }

  private nudge(): void {
    this.woken = true;
    this.wake();
  }

  private async readUntilStopped(signal: AbortSignal): Promise<void> {
    let failing = false;
    while (!signal.aborted) {
      this.woken = false;
      try {
        while (!signal.aborted && (await this.readPage()) === pageSize);
        failing = false;
      } catch (error) {
        if (!failing && !signal.aborted) this.logger.warn({ err: error }, 'cannot read events; trying again');
        failing = true;
        await pause(failedPauseMs, signal);
        continue;
      }
      await this.waitForEvents(signal);
    }
  }

  private async waitForEvents(signal: AbortSignal): Promise<void> {
    if (this.woken) return;
    const woken = new AbortController();
    this.wake = () => woken.abort();
    await pause(pollMs, AbortSignal.any([woken.signal, signal]));
  }

  private async readPage(): Promise<number> {
    const events = await this.reader.after(this.place.position, pageSize);
    const placed = events.map(placedEvent);
    const last = placed.at(-1);
    if (!last) return 0;
    this.ring.add(placed);
    this.place = { position: last.position, id: last.id };
    let count = 0;
    for (const onEvents of this.followers) {
      onEvents();
      if (++count % wakeAtOnce === 0) await nextTurn();
    }
    return events.length;
  }
}
