import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import {
  type EventFilter,
  type EventReader,
  type EventSubject,
  type EventType,
  isPinned,
  type UploadPins,
  wantsEvent,
} from '#events';
import type { Logger } from '#runtime';
import type { EventHub, LogPlace } from './event-hub.js';
import { type LiveEvent, type PlacedEvent, placedEvent, progressType } from './live-event.js';
import { streamEnds } from './live-metrics.js';
import type { Slots } from './slots.js';

const pageSize = 100;
const mergeType = 'upload.merged' satisfies EventType;
/** Size of a write; the next one waits until the reader has drained it. */
const writeBytes = 65_536;
/** Reconnection delay for clients, with jitter to avoid a thundering herd. */
const retryMs = { least: 1_000, spread: 2_000 };

/** Dependencies and settings that all streams of this process share. */
export interface StreamParts {
  hub: EventHub;
  reader: EventReader;
  /** Bounds how many streams read from the log concurrently. */
  slots: Slots;
  logger: Logger;
  stallMs: number;
}

export type StreamPins = UploadPins & { readonly uploadIds: string[] };

/** What one reader subscribes to, and until when (`endsAt` in Unix milliseconds). */
export interface StreamWish {
  place: LogPlace;
  filter: EventFilter;
  /** Restrict events to these uploads; no pins mean all. Merges add ids while the stream is open. */
  pins: readonly StreamPins[];
  endsAt: number;
}

/** Why a stream ended. */
type StreamEnd = 'client' | 'stalled' | 'expired' | 'shutdown' | 'failed';

/**
 * One open event stream. Pulls events at the pace of its reader: from the memory of the hub, or page
 * by page from the log while it is further behind. A slow reader therefore causes no buffering.
 */
export class EventStream {
  private readonly closing = new AbortController();
  private readonly filter: EventFilter;
  /** Filter for reading from the log: also includes merges. */
  private readonly readFilter: EventFilter;
  private place: LogPlace;
  private pumping = false;
  private unfollow: () => void = () => {};

  constructor(
    private readonly response: ServerResponse,
    private readonly parts: StreamParts,
    private readonly wish: StreamWish,
  ) {
    this.place = wish.place;
    this.filter = { ...wish.filter, pins: wish.pins };
    const { types } = this.filter;
    // Merges must be read even if the client does not want them, to keep the pins up to date.
    this.readFilter =
      types && wish.pins.length > 0 ? { ...this.filter, types: [...types, mergeType] } : this.filter;
  }

  /** Starts sending. Calls `onEnd` when the stream has ended. */
  open(onEnd: () => void): void {
    this.closing.signal.addEventListener('abort', onEnd, { once: true });
    this.unfollow = this.parts.hub.follow(() => void this.pump());
    this.response.once('close', () => this.end('client'));
    this.response.once('error', () => this.end('client'));
    if (this.response.destroyed) return this.end('client');
    const retry = retryMs.least + Math.floor(Math.random() * retryMs.spread);
    this.response.write(`retry: ${retry}\n${idLine(this.place)}\n`);
    void this.pump();
  }

  get wantsProgress(): boolean {
    return this.wish.filter.types?.includes(progressType) ?? true;
  }

  /** Sends an event that is not in the log, unless the reader is behind. */
  offer({ subject, frame }: LiveEvent): void {
    if (this.isExpired()) return;
    if (!this.pumping && !this.response.writableNeedDrain && this.wants(subject)) this.response.write(frame);
  }

  /** Sends a heartbeat, which keeps proxies from closing the connection, with the id to resume after. */
  beat(): void {
    if (this.isExpired()) return;
    if (!this.pumping && !this.response.writableNeedDrain) this.response.write(`:\n${idLine(this.place)}\n`);
  }

  /** Ends the stream; idempotent. A stalled connection is destroyed. */
  end(reason: StreamEnd): void {
    if (this.closing.signal.aborted) return;
    this.closing.abort();
    this.unfollow();
    if (reason === 'stalled') this.response.destroy();
    else this.response.end();
    streamEnds.count(reason);
  }

  /** Ends the stream at `endsAt`, so no event is sent after the reader's token has expired. */
  private isExpired(): boolean {
    if (Date.now() < this.wish.endsAt) return false;
    this.end('expired');
    return true;
  }

  /** Sends all available events with back-pressure from the reader. */
  private async pump(): Promise<void> {
    if (this.pumping) return;
    this.pumping = true;
    try {
      while (!this.closing.signal.aborted && !this.isExpired()) {
        const events = this.parts.hub.after(this.place.position);
        // Nothing is awaited between this check and `pumping = false`, so no wake-up is lost.
        if (events?.length === 0) return;
        if (events) await this.send(events);
        else await this.readPage();
      }
    } catch (error) {
      if (this.closing.signal.aborted) return;
      // The response has started, so the reader gets the error only when it resumes.
      this.parts.logger.warn({ err: error }, 'cannot read events for a stream; ending it');
      this.end('failed');
    } finally {
      this.pumping = false;
    }
  }

  /** Sends a page from the log, for events that the hub no longer holds. */
  private async readPage(): Promise<void> {
    const { reader, slots } = this.parts;
    const { id } = this.place;
    const { items, next } = await slots.use(() => reader.page(id ?? undefined, this.readFilter, pageSize));
    const events = items.map(placedEvent);
    // What follows a merge was read without the upload that it leads to, so it is read again.
    const merge = events.findIndex((event) => this.newPinsOf(event).length > 0);
    await this.send(merge === -1 ? events : events.slice(0, merge + 1));
    if (merge !== -1 || next === null || this.closing.signal.aborted) return;
    if (next !== this.place.id) this.place = { id: next, position: await reader.positionOf(next) };
  }

  /** Sends the events that match the filter, waiting for the reader to drain them. */
  private async send(events: readonly PlacedEvent[]): Promise<void> {
    const frames: Buffer[] = [];
    let bytes = 0;
    for (const event of events) {
      if (this.wants(event.subject)) {
        frames.push(event.frame);
        bytes += event.frame.length;
      }
      this.followMerge(event);
      this.place = event;
      if (bytes < writeBytes) continue;
      await this.write(frames.splice(0));
      bytes = 0;
    }
    if (frames.length > 0) await this.write(frames);
  }

  private async write(frames: readonly Buffer[]): Promise<void> {
    if (this.response.writableNeedDrain) await this.drained();
    if (this.closing.signal.aborted) return;
    if (!this.response.write(Buffer.concat(frames))) await this.drained();
  }

  /** Waits until the reader has drained what was written; ends the stream as stalled after `stallMs`. */
  private async drained(): Promise<void> {
    const { signal } = this.closing;
    const limit = AbortSignal.timeout(this.parts.stallMs);
    try {
      await once(this.response, 'drain', { signal: AbortSignal.any([signal, limit]) });
    } catch (error) {
      if (signal.aborted) return;
      if (!limit.aborted) throw error;
      this.end('stalled');
    }
  }

  private wants(subject: EventSubject): boolean {
    return wantsEvent(this.filter, subject);
  }

  private followMerge(event: PlacedEvent): void {
    const { mergedInto } = event;
    if (mergedInto !== null) for (const { uploadIds } of this.newPinsOf(event)) uploadIds.push(mergedInto);
  }

  /** The pins of an upload that this event merges into one that they do not name yet. */
  private newPinsOf({ subject, mergedInto }: PlacedEvent): StreamPins[] {
    if (mergedInto === null) return [];
    return this.wish.pins.filter((pin) => isPinned(pin, subject) && !pin.uploadIds.includes(mergedInto));
  }
}

/** A block with an id and no data sets Last-Event-ID of the client without dispatching an event. */
const idLine = ({ id }: LogPlace) => (id === null ? '' : `id: ${id}\n`);
