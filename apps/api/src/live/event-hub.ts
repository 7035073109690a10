import { listenForNotifications } from '#database';
import { type EventReader, eventsChannel } from '#events';
import { type Logger, pause } from '#runtime';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { EventRing } from './event-ring.js';
import { type PlacedEvent, placedEvent } from './live-event.js';

const pageSize = 200;
/** What can be resumed without asking the database. */
const held = { events: 2_000, bytes: 8_388_608 };
const pollMs = 2_000;
const failedPauseMs = 500;
/** Followers that are woken before other requests get their turn. */
const wakeAtOnce = 200;

/** Where a reader is in the log. */
export interface LogPlace {
  readonly position: number;
  /** The event at it; null before the first one. */
  readonly id: string | null;
}

/**
 * Reads the log once for all streams and waiting requests of this process, woken by NOTIFY, with
 * polling as the safety net. It begins when the first one comes: a process that nobody asks for
 * events costs the database nothing.
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

  /** Up to here events were handed on. */
  get newest(): LogPlace {
    return this.place;
  }

  /** Begins to read, at the newest event; call it before anything else. Rejects where the database does not respond. */
  async start(): Promise<void> {
    this.beginning ??= this.begin();
    try {
      await this.beginning;
    } catch (error) {
      this.beginning = undefined;
      throw error;
    }
  }

  /** Calls `onEvents` whenever there are new ones, until the function that it returns is called. */
  follow(onEvents: () => void): () => void {
    this.followers.add(onEvents);
    return () => void this.followers.delete(onEvents);
  }

  /** All events after a position up to the newest; null if some must be read from the log. */
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
