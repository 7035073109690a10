import type { Logger } from '#runtime';
import type { Faults } from '../../faults/faults.js';
import { decideMessageFaults, noMessageFaults, type MessageFaults } from '../../faults/message-faults.js';
import { Overtaking } from '../../faults/overtaking.js';
import type { EventAttempt, EventJournal } from '../model/event-journal.js';
import { ossEvent } from '../model/event-message.js';
import { addressOf } from '../model/event-rules.js';
import type { PendingEvent, PendingEvents } from '../model/pending-events.js';
import { retryWaitMs } from './retry-waits.js';
import { Schedule } from './schedule.js';

/** Maximum number of concurrent attempts. */
const maxRunning = 16;
/** Delay between the change and its event; OSS also sends events later than the callback. */
const sendAfterMs = 1_000;
/** Upper limit for one timer, in milliseconds. */
const maxTimerMs = 60_000;

/** The dependencies of a dispatcher. */
export interface DispatcherParts {
  readonly pending: PendingEvents;
  readonly journal: EventJournal;
  readonly faults: Faults;
  readonly region: string;
  /** Makes one attempt; never rejects. */
  readonly deliver: (event: PendingEvent, isCorrupted: boolean) => Promise<EventAttempt>;
  /** Factor applied to the waits before attempts. */
  readonly waitScale: number;
  readonly logger: Logger;
  /** Aborts when the emulator closes; pending events are sent after its next start. */
  readonly closing: AbortSignal;
}

interface Waiting {
  readonly number: number;
  readonly dueAtMs: number;
  readonly faults: MessageFaults;
}

/** Sends pending events, several concurrently, until each is delivered or given up. */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #schedule = new Schedule<Waiting>();
  readonly #running = new Set<Promise<void>>();
  readonly #overtaking = new Overtaking();
  /** The last event number that was scheduled. */
  #seen = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  /** Number of notifications that are waiting or being sent. */
  get count(): number {
    return this.#schedule.length + this.#running.size;
  }

  /** Picks up new events. Called at startup and after each transaction that added some. */
  wake(): void {
    for (const event of this.#parts.pending.after(this.#seen)) {
      this.#seen = event.number;
      this.#accept(event);
    }
    this.#start();
  }

  /** Waits for the running attempts, which `closing` aborts. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await Promise.all(this.#running);
  }

  /** Decides the faults of each event, in event order so that a run can be replayed. */
  #accept(event: PendingEvent): void {
    const { faults, journal, logger } = this.#parts;
    const { number, facts } = event;
    const { operation, bucket, objectKey, requestId } = facts;
    const target = { operation, bucket, objectKey, requestId };
    const decided = event.attempts === 0 ? decideMessageFaults('event', target, faults) : noMessageFaults;
    const changedAtMs = new Date(facts.at).getTime();
    const waitMs = decided.delayMs || sendAfterMs * this.#parts.waitScale;
    const dueAtMs = event.attempts === 0 ? changedAtMs + waitMs : event.dueAtMs;
    const due = { ...event, dueAtMs };
    journal.begin(due, ossEvent(event, this.#parts.region), decided.names);
    if (decided.names.length > 0)
      logger.info({ requestId, faults: decided.names }, 'faults were applied to an event');
    if (decided.isDropped) {
      journal.note(number, [], { state: 'dropped', attemptCount: 0, nextAttemptAt: null });
      this.#run(this.#parts.pending.remove(number));
      return;
    }
    this.#schedule.add({ number, dueAtMs, faults: decided });
  }

  #start(): void {
    clearTimeout(this.#timer);
    if (this.#parts.closing.aborted) return;
    const now = Date.now();
    while (this.#running.size < maxRunning) {
      const waiting = this.#schedule.take(now);
      if (!waiting) break;
      this.#run(this.#attempt(waiting));
    }
    const next = this.#schedule.nextAtMs;
    // At the concurrency limit, the next attempt to finish starts another one.
    if (next === undefined || this.#running.size >= maxRunning) return;
    this.#timer = setTimeout(() => this.#start(), Math.min(Math.max(next - now, 0), maxTimerMs));
  }

  #run(work: Promise<void>): void {
    const running = work
      .catch((error: unknown) =>
        this.#parts.logger.error({ err: error }, 'a pending event could not be noted'),
      )
      .finally(() => {
        this.#running.delete(running);
        this.#start();
      });
    this.#running.add(running);
  }

  async #attempt({ number, faults }: Waiting): Promise<void> {
    const { pending, deliver, journal, closing } = this.#parts;
    const event = pending.get(number);
    if (!event) return;
    const isFirst = event.attempts === 0;
    if (isFirst && faults.holdMs > 0) await this.#overtaking.hold(faults.holdMs, closing);
    if (closing.aborted) return;
    const copies = isFirst && faults.isDoubled ? 2 : 1;
    const attempts = await Promise.all(
      Array.from({ length: copies }, () => deliver(event, isFirst && faults.isCorrupted)),
    );
    this.#overtaking.sent();
    const failure = attempts.at(-1)?.failure ?? null;
    // The attempt was aborted by the emulator; the application did not fail.
    if (failure !== null && closing.aborted) return;
    const attemptCount = event.attempts + 1;
    const note = (state: 'delivered' | 'waiting' | 'given up', nextAttemptAt: string | null) =>
      journal.note(number, attempts, { state, attemptCount, nextAttemptAt });
    if (failure === null) {
      await pending.remove(number);
      note('delivered', null);
      return;
    }
    const wait = retryWaitMs(event.rule, attemptCount);
    this.#tellFailure(event, failure, wait);
    if (wait === undefined) {
      await pending.remove(number);
      note('given up', null);
      return;
    }
    const dueAtMs = Date.now() + wait * this.#parts.waitScale;
    await pending.retry(event, attemptCount, dueAtMs);
    note('waiting', new Date(dueAtMs).toISOString());
    this.#schedule.add({ number, dueAtMs, faults: noMessageFaults });
  }

  #tellFailure({ rule, facts, attempts }: PendingEvent, failure: string, wait: number | undefined): void {
    const line = { address: addressOf(rule), requestId: facts.requestId, attempt: attempts + 1, failure };
    const { logger } = this.#parts;
    if (wait === undefined) logger.warn(line, 'an event was given up');
    else logger.info({ ...line, waitMs: wait }, 'an event was not taken, and is sent again');
  }
}
