import { And, type DataSource, LessThanOrEqual, MoreThan } from '#database';
import { LandfallError, timeOfId } from '#runtime';
import { type EventFilter, narrowEvents } from './event-filter.js';
import { LogEvent } from './log-event.entity.js';

/** One page of events in the order of the log. */
export interface EventPage {
  items: LogEvent[];
  /** The id to continue after: that of the last event scanned, or `after` if there was none; null while the log is empty. */
  next: string | null;
}

/** Positions that one page scans at most, so that a selective filter does not read the whole log. */
const windowSize = 10_000;

/** Reads the event log. Database errors are passed on untranslated. */
export class EventReader {
  constructor(private readonly source: DataSource) {}

  /**
   * Returns one page after an event, oldest first. A page may be empty and still move on: continuing
   * after `next` until it no longer changes returns every event exactly once.
   * @param after the id of an event, `latest` for the newest, or undefined for the beginning of the log
   * @throws LandfallError event.cursor_unknown, event.cursor_expired
   */
  async page(after: string | undefined, filter: EventFilter, limit: number): Promise<EventPage> {
    if (after === 'latest') return { items: [], next: (await this.newest())?.id ?? null };
    const from = after === undefined ? await this.beginning() : await this.positionOf(after);
    // Fixes the end of the window first; events placed meanwhile belong to the next page.
    const [last] = await this.source.getRepository(LogEvent).find({
      where: { position: And(MoreThan(String(from)), LessThanOrEqual(String(from + windowSize))) },
      order: { position: 'DESC' },
      take: 1,
    });
    // No event in the window, but there may be later ones: after a clock jump, pruning can leave gaps in the positions.
    const [end] = last ? [last] : await this.after(from, 1);
    if (!end) return { items: [], next: after ?? null };
    const window = this.source
      .createQueryBuilder(LogEvent, 'e')
      .where('e.position > :from AND e.position <= :to', { from, to: end.position });
    const items = await narrowEvents(window, filter).orderBy('e.position').limit(limit).getMany();
    return { items, next: items.length === limit ? (items.at(-1)?.id ?? null) : end.id };
  }

  /**
   * Returns events after a position, oldest first and unfiltered.
   * @param position 0 for the beginning
   */
  async after(position: number, limit: number): Promise<LogEvent[]> {
    return this.source.getRepository(LogEvent).find({
      where: { position: MoreThan(String(position)) },
      order: { position: 'ASC' },
      take: limit,
    });
  }

  /** Returns the position of the newest event; 0 while the log is empty. */
  async newestPosition(): Promise<number> {
    return Number((await this.newest())?.position ?? 0);
  }

  /**
   * Returns the position of an event.
   * @throws LandfallError event.cursor_unknown, event.cursor_expired
   */
  async positionOf(id: string): Promise<number> {
    const event = await this.source.getRepository(LogEvent).findOneBy({ id });
    if (event?.position) return Number(event.position);
    const [oldest] = await this.after(0, 1);
    // Event ids are UUIDv7, so their time tells a pruned id from an unknown one. Unplaced events count as unknown.
    const isOlder = !event && oldest !== undefined && timeOfId(id) < oldest.createdAt.getTime();
    throw new LandfallError(isOlder ? 'event.cursor_expired' : 'event.cursor_unknown', id);
  }

  /** Returns the position before the oldest event. */
  private async beginning(): Promise<number> {
    const [oldest] = await this.after(0, 1);
    return Number(oldest?.position ?? 1) - 1;
  }

  private async newest(): Promise<LogEvent | null> {
    const [newest] = await this.source.getRepository(LogEvent).find({
      where: { position: MoreThan('0') },
      order: { position: 'DESC' },
      take: 1,
    });
    return newest ?? null;
  }
}
