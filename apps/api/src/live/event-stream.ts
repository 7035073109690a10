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
/** What is written at once before the reader has to take it. */
const writeBytes = 65_536;
/** The shortest time after which a reader comes back; all of them at once would be a burden. */
const retryMs = { least: 1_000, spread: 2_000 };

/** What all streams of this process share. */
export interface StreamParts {
  hub: EventHub;
  reader: EventReader;
  /** Bounds how many streams read pages of the log at once. */
  slots: Slots;
  logger: Logger;
  stallMs: number;
}

export type StreamPins = UploadPins & { readonly uploadIds: string[] };

/** What one reader wants, and until when. */
export interface StreamWish {
  place: LogPlace;
  filter: EventFilter;
  /** Of which uploads; the ids grow where one is merged into another. */
  pins: readonly StreamPins[];
  endsAt: number;
}

/** Why a stream ended. */
type StreamEnd = 'client' | 'stalled' | 'expired' | 'shutdown' | 'failed';

/**
 * One open stream. It takes events as its reader takes them: from those that the hub holds, or page
 * by page from the log while it is further behind. Nothing piles up for a reader that is slow.
 */
export class EventStream {
  private readonly closing = new AbortController();
  private readonly filter: EventFilter;
  /** What is read from the log for it. */
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
    // Whoever wants no merges must hear of them all the same, or would not know whom to follow.
    this.readFilter =
      types && wish.pins.length > 0 ? { ...this.filter, types: [...types, mergeType] } : this.filter;
  }

  /** Calls `onEnd` when the stream is over. */
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

  /** Sends what is not in the log, unless the reader is behind. */
  offer({ subject, frame }: LiveEvent): void {
    if (this.isExpired()) return;
    if (!this.pumping && !this.response.writableNeedDrain && this.wants(subject)) this.response.write(frame);
  }

  /** Tells the reader, and whatever is in between, that the stream lives, and the id to resume after. */
  beat(): void {
    if (this.isExpired()) return;
    if (!this.pumping && !this.response.writableNeedDrain) this.response.write(`:\n${idLine(this.place)}\n`);
  }

  /** Ends the stream, once. A reader that takes nothing is cut off. */
  end(reason: StreamEnd): void {
    if (this.closing.signal.aborted) return;
    this.closing.abort();
    this.unfollow();
    if (reason === 'stalled') this.response.destroy();
    else this.response.end();
    streamEnds.count(reason);
  }

  /** Ends the stream when its time is over: no event is later than the token of its reader. */
  private isExpired(): boolean {
    if (Date.now() < this.wish.endsAt) return false;
    this.end('expired');
    return true;
  }

  /** Sends what there is, as fast as the reader takes it. */
  private async pump(): Promise<void> {
    if (this.pumping) return;
    this.pumping = true;
    try {
      while (!this.closing.signal.aborted && !this.isExpired()) {
        const events = this.parts.hub.after(this.place.position);
        // Nothing is awaited between this and the end: whoever wakes us then is not missed.
        if (events?.length === 0) return;
        if (events) await this.send(events);
        else await this.readPage();
      }
    } catch (error) {
      if (this.closing.signal.aborted) return;
      // The head is sent: the reader learns the reason when it resumes.
      this.parts.logger.warn({ err: error }, 'a stream of events cannot go on');
      this.end('failed');
    } finally {
      this.pumping = false;
    }
  }

  /** Reads from the log what the hub no longer holds. */
  private async readPage(): Promise<void> {
    const { reader, slots } = this.parts;
    const { id } = this.place;
    const { items, next } = await slots.use(() => reader.page(id ?? undefined, this.readFilter, pageSize));
    await this.send(items.map(placedEvent));
    if (next === null || this.closing.signal.aborted) return;
    if (next !== this.place.id) this.place = { id: next, position: await reader.positionOf(next) };
  }

  /** Sends those of the events that the reader wants, and waits while it takes none. */
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

  /** Waits until the reader has taken what was written, and ends the stream if that takes too long. */
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

  /** Whoever follows an upload follows the one that stands for it. */
  private followMerge({ subject, mergedInto }: PlacedEvent): void {
    if (mergedInto === null) return;
    for (const pin of this.wish.pins)
      if (isPinned(pin, subject) && !pin.uploadIds.includes(mergedInto)) pin.uploadIds.push(mergedInto);
  }
}

/** A block without data sets the id that the reader resumes after, and shows it nothing. */
const idLine = ({ id }: LogPlace) => (id === null ? '' : `id: ${id}\n`);
