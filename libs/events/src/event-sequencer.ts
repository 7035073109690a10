import { createDataSource, type DataSource, type EntityManager } from '#database';
import { counter, histogram, type Logger, pause, withTimeLimit } from '#runtime';
import type { EventType } from './event-types.js';

/** The NOTIFY channel that wakes readers of the log when events were placed. */
export const eventsChannel = 'landfall_events';

/** A batch of placed events: an inclusive range of positions. */
export interface PlacedEvents {
  first: number;
  last: number;
}

const batchSize = 500;
/** Minimum pause between batches, which limits how often readers are woken. */
const placedPauseMs = 25;
const idlePauseMs = 50;
/** How often a standby process tries to take the lock. */
const standByMs = 1_000;
/** A frozen process loses its session, and with it the lock, after this time. */
const silenceMax = '5s';
/** Longer than any batch takes: past it, the connection is considered dead. */
const batchTimeoutMs = 10_000;
const disconnectTimeoutMs = 2_000;
/** Key of the advisory lock; arbitrary, but the same in every process. */
const turnLock = 4_711_023;

const delays = histogram(
  'landfall_event_place_seconds',
  'Time from recording an event to placing it, of the oldest of a batch',
  [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
);

/** Counted here because every event passes the sequencer exactly once, whichever process recorded it. */
const placed = counter(
  'landfall_events_placed_total',
  'Events that this worker put in order, by type: what happened to uploads and renditions',
  'type',
);
const failedUploads = counter(
  'landfall_uploads_failed_total',
  'Uploads that failed, by the code of the error; of those that are in the event log',
  'code',
);
const failedRenditions = counter(
  'landfall_renditions_failed_total',
  'Versions of renditions that failed, by the code of the error; of uploads that are in the event log',
  'code',
);

/** An event that was placed. */
interface PlacedRow {
  position: string;
  delay: string;
  type: EventType;
  /** Error code of a failed upload or rendition; null for other types. */
  code: string | null;
}

const placeText = `
  WITH base AS (SELECT coalesce(max(position), 0) AS at FROM events WHERE position IS NOT NULL),
       next AS (SELECT id, row_number() OVER (ORDER BY sequence) AS n
                FROM (SELECT id, sequence FROM events WHERE position IS NULL ORDER BY sequence LIMIT $1) AS unplaced)
  UPDATE events SET position = base.at + next.n FROM next, base WHERE events.id = next.id
  RETURNING position, type, extract(epoch FROM clock_timestamp() - created_at) AS delay,
            CASE type WHEN 'upload.failed' THEN data #>> '{upload,error,code}'
                      WHEN 'rendition.failed' THEN data #>> '{rendition,error,code}' END AS code`;

/**
 * Assigns positions to events after their transactions have committed. Only one process does so at a
 * time, holding an advisory lock, so no event is ever placed before one that was already read; the
 * others stand by. (decision 28)
 */
export class EventSequencer {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  /**
   * @param directUrl of the database itself, not of a pooler, because the lock belongs to the session
   * @param onPlaced runs in the transaction that places a batch, so its effects are atomic with the
   * placing and happen exactly once
   */
  constructor(
    private readonly directUrl: string,
    private readonly logger: Logger,
    private readonly onPlaced?: (manager: EntityManager, placed: PlacedEvents) => Promise<void>,
  ) {}

  start(): void {
    this.running = this.placeUntilStopped(this.stopping.signal);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async placeUntilStopped(signal: AbortSignal): Promise<void> {
    let failing = false;
    while (!signal.aborted) {
      // A separate connection, because it is in use all the time.
      const source = createDataSource(
        { url: this.directUrl, poolSize: 1, applicationName: 'landfall-sequencer' },
        [],
      );
      try {
        await source.initialize();
        await this.takeTurns(source, signal, () => (failing = false));
      } catch (error) {
        if (!failing && !signal.aborted)
          this.logger.warn({ err: error }, 'cannot place events; trying again');
        failing = true;
      }
      await this.disconnect(source);
      await pause(standByMs, signal);
    }
  }

  /** Places events while this session holds the lock, and otherwise tries to take it, until aborted or an error. */
  private async takeTurns(source: DataSource, signal: AbortSignal, onPlacing: () => void): Promise<void> {
    const runner = source.createQueryRunner();
    const within = <T>(work: Promise<T>) =>
      withTimeLimit(work, batchTimeoutMs, 'database.unavailable', 'no answer while placing events');
    await within(runner.query(`SET idle_session_timeout = '${silenceMax}'`));
    for (let hasTurn = false; !signal.aborted;) {
      if (!hasTurn) {
        const [row] = (await within(
          runner.query('SELECT pg_try_advisory_lock($1) AS taken', [turnLock]),
        )) as [{ taken: boolean }];
        hasTurn = row.taken;
      }
      const count = hasTurn ? await within(this.placeBatch(runner.manager)) : 0;
      onPlacing();
      if (count === batchSize) continue;
      await pause(hasTurn ? (count > 0 ? placedPauseMs : idlePauseMs) : standByMs, signal);
    }
    await runner.release();
  }

  /** Lets go of the turn too. A connection that is dead is left to itself. */
  private async disconnect(source: DataSource): Promise<void> {
    if (!source.isInitialized) return;
    await withTimeLimit(source.destroy(), disconnectTimeoutMs, 'database.unavailable', 'no goodbye').catch(
      (error: unknown) => this.logger.debug({ err: error }, 'cannot close the connection that placed events'),
    );
  }

  private async placeBatch(manager: EntityManager): Promise<number> {
    const [row] = (await manager.query(
      'SELECT EXISTS (SELECT FROM events WHERE position IS NULL) AS waiting',
    )) as [{ waiting: boolean }];
    if (!row.waiting) return 0;
    const rows = await manager.transaction(async (own) => {
      // TypeORM returns [rows, count] for UPDATE … RETURNING.
      const [rows] = (await own.query(placeText, [batchSize])) as [PlacedRow[], number];
      const positions = rows.map(({ position }) => Number(position));
      delays.observe(Math.max(...rows.map(({ delay }) => Number(delay))));
      await this.onPlaced?.(own, { first: Math.min(...positions), last: Math.max(...positions) });
      return rows;
    });
    for (const row of rows) countPlaced(row);
    // In a transaction of its own, which does not wait for the disk: one that is lost costs a poll.
    await manager.query(`SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, '')`, [
      eventsChannel,
    ]);
    return rows.length;
  }
}

function countPlaced({ type, code }: PlacedRow): void {
  placed.count(type);
  if (type === 'upload.failed') failedUploads.count(code ?? 'internal.unexpected');
  if (type === 'rendition.failed') failedRenditions.count(code ?? 'internal.unexpected');
}
