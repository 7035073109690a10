import { type EventFilter, type EventReader, wantsEvent } from '#events';
import { gauge, LandfallError } from '#runtime';
import { once } from 'node:events';
import type { EventHub } from './event-hub.js';
import { type EventView, viewEvent } from './live-event.js';
import { liveRefusals } from './live-metrics.js';
import type { Cursor, FeedQuery } from './live-query.js';

/** A page of the event log. */
export interface FeedPage {
  items: EventView[];
  /** `after` of the next page. */
  next: Cursor;
}

/** Reads pages of the event log, with long polling when there are no events yet. */
export class EventFeed {
  private readonly closing = new AbortController();
  private waiting = 0;

  constructor(
    private readonly reader: EventReader,
    private readonly hub: EventHub,
    private readonly waitingMax: number,
  ) {
    gauge('landfall_event_feed_waiting', 'Requests waiting for events', () => this.waiting);
  }

  /**
   * Returns the next page; waits up to `waitMs` if it would be empty.
   * @param gone aborts when the client disconnects
   * @throws LandfallError event.cursor_unknown, event.cursor_expired, live.waiting_full
   */
  async page({ after, filter, limit, waitMs }: FeedQuery, gone: AbortSignal): Promise<FeedPage> {
    const read = async (at: Cursor): Promise<FeedPage> => {
      const page = await this.reader.page(at === 'beginning' ? undefined : at, filter, limit);
      return { items: page.items.map(viewEvent), next: page.next ?? 'beginning' };
    };
    if (waitMs === 0) return read(after);
    if (this.waiting >= this.waitingMax) {
      liveRefusals.count('live.waiting_full');
      throw new LandfallError('live.waiting_full');
    }
    this.waiting += 1;
    try {
      const over = AbortSignal.any([gone, this.closing.signal, AbortSignal.timeout(waitMs)]);
      return await this.waitFor(filter, over, after, read);
    } finally {
      this.waiting -= 1;
    }
  }

  /** Ends all waiting requests with what there is. */
  close(): void {
    this.closing.abort();
  }

  /** Reads until a page has events or `over` aborts. */
  private async waitFor(
    filter: EventFilter,
    over: AbortSignal,
    after: Cursor,
    read: (at: Cursor) => Promise<FeedPage>,
  ): Promise<FeedPage> {
    await this.hub.start();
    for (let at = after; ;) {
      const { position } = this.hub.newest;
      const page = await read(at);
      if (page.items.length > 0 || over.aborted) return page;
      // An empty page may still move on, past events that the filter skips.
      if (page.next === at) await this.untilWanted(filter, position, over);
      at = page.next;
    }
  }

  /** Waits until an event after `position` matches the filter, or may have been dropped from memory. */
  private async untilWanted(filter: EventFilter, position: number, over: AbortSignal): Promise<void> {
    const news = new EventTarget();
    const unfollow = this.hub.follow(() => news.dispatchEvent(new Event('news')));
    try {
      for (let from = position; !over.aborted;) {
        const events = this.hub.after(from);
        // Null: some of the events are no longer in memory.
        if (!events || events.some(({ subject }) => wantsEvent(filter, subject))) return;
        from = events.at(-1)?.position ?? from;
        // Rejects only when `over` aborts, which ends the loop.
        await once(news, 'news', { signal: over }).catch(() => undefined);
      }
    } finally {
      unfollow();
    }
  }
}
