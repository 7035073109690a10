import { And, type DataSource, LessThanOrEqual, MoreThan } from '#database';
import { LandfallError, timeOfId } from '#runtime';
import { type EventFilter, narrowEvents } from './event-filter.js';
import { LogEvent } from './log-event.entity.js';

/** Events in the order of the log. */
export interface EventPage {
  items: LogEvent[];
  /** The id to read on after: of the last event that was looked at; null while the log is empty. */
  next: string | null;
}

/**
 * Positions that one page looks through for the events that its filter wants: a rare type must not
 * make a page read the whole log.
 */
const windowSize = 10_000;

/** Reads the event log. Errors of the database pass as they are. */
export class EventReader {
  constructor(private readonly source: DataSource) {}

  /**
   * One page after an event, oldest first. A page may be empty and yet move on: read on after `next`
   * until that stays the same. Whoever does sees every event once.
   * @param after the id of an event; `latest` for the newest; without it the log is read from its beginning
   * @throws LandfallError event.cursor_unknown, event.cursor_expired
   */
  async page(after: string | undefined, filter: EventFilter, limit: number): Promise<EventPage> {
    if (after === 'latest') return { items: [], next: (await this.newest())?.id ?? null };
    const from = after === undefined ? await this.beginning() : await this.positionOf(after);
    // What is looked through is settled first: events that are placed meanwhile are for the next page.
    const [last] = await this.source.getRepository(LogEvent).find({
      where: { position: And(MoreThan(String(from)), LessThanOrEqual(String(from + windowSize))) },
      order: { position: 'DESC' },
      take: 1,
    });
    // Nothing near, but perhaps further on: where the clock once jumped, old events stayed that outlived those after them.
    const [end] = last ? [last] : await this.after(from, 1);
    if (!end) return { items: [], next: after ?? null };
    const window = this.source
      .createQueryBuilder(LogEvent, 'e')
      .where('e.position > :from AND e.position <= :to', { from, to: end.position });
    const items = await narrowEvents(window, filter).orderBy('e.position').limit(limit).getMany();
    return { items, next: items.length === limit ? (items.at(-1)?.id ?? null) : end.id };
  }

  /**
   * Events after a position, oldest first, for whoever follows the log.
   * @param position 0 for the beginning
   */
  async after(position: number, limit: number): Promise<LogEvent[]> {
    return this.source.getRepository(LogEvent).find({
      where: { position: MoreThan(String(position)) },
      order: { position: 'ASC' },
      take: limit,
    });
  }

  /** The position of the newest event; 0 while the log is empty. */
  async newestPosition(): Promise<number> {
    return Number((await this.newest())?.position ?? 0);
  }

  /**
   * The position of an event.
   * @throws LandfallError event.cursor_unknown, event.cursor_expired
   */
  async positionOf(id: string): Promise<number> {
    const event = await this.source.getRepository(LogEvent).findOneBy({ id });
    if (event?.position) return Number(event.position);
    const [oldest] = await this.after(0, 1);
    // The ids of events are those of their time. One that is not placed yet nobody has read.
    const isOlder = !event && oldest !== undefined && timeOfId(id) < oldest.createdAt.getTime();
    throw new LandfallError(isOlder ? 'event.cursor_expired' : 'event.cursor_unknown', id);
  }

  /** The position before the oldest event. */
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
