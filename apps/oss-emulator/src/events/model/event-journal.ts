import type { FaultName } from '../../faults/fault-table.js';
import type { ShownAnswer, ShownRequest } from '../../wire/shown-http.js';
import { eventNames, type EventName } from './event-names.js';
import type { OssEventMessage } from './event-message.js';
import { addressOf } from './event-rules.js';
import type { PendingEvent } from './pending-events.js';

const maxEntries = 1000;
const maxAttempts = 10;

/** One attempt to deliver a notification. */
export interface EventAttempt {
  readonly startedAt: string;
  readonly durationMs: number;
  /** Null for a delivery to a queue. */
  readonly request: ShownRequest | null;
  /** Null if there was no response. */
  readonly answer: ShownAnswer | null;
  /** Null if it succeeded. */
  readonly failure: string | null;
}

/** One notification, journaled from the change that caused it. */
export interface EventEntry {
  readonly number: number;
  /** The same in all attempts. */
  readonly id: string;
  readonly at: string;
  readonly event: EventName;
  readonly bucket: string;
  readonly objectKey: string;
  readonly operation: string;
  /** Id of the request that changed the object. */
  readonly requestId: string;
  readonly ruleId: string;
  /** The event as OSS writes it. */
  readonly message: OssEventMessage;
  readonly target: 'smq' | 'eventbridge' | 'queue';
  /** URL, or name of the queue. */
  readonly address: string;
  /** The emulator faults applied to it. */
  readonly faults: readonly FaultName[];
  readonly state: 'waiting' | 'delivered' | 'dropped' | 'given up';
  /** Includes attempts made before the emulator was restarted. */
  readonly attemptCount: number;
  /** The last ten, oldest first. */
  readonly attempts: readonly EventAttempt[];
  /** Null if there is none. */
  readonly nextAttemptAt: string | null;
}

interface JournalSelection {
  readonly objectKey?: string | undefined;
  readonly before?: number | undefined;
}

type Progress = Pick<EventEntry, 'state' | 'attemptCount' | 'nextAttemptAt'>;

/** The last 1,000 notifications, in memory. */
export class EventJournal {
  readonly #entries = new Map<number, EventEntry>();

  /** Adds an entry. */
  begin(
    { number, id, rule, ruleId, facts, attempts, dueAtMs }: PendingEvent,
    message: OssEventMessage,
    faults: readonly FaultName[],
  ): void {
    this.#entries.set(number, {
      number,
      id,
      at: facts.at,
      event: eventNames[facts.operation],
      bucket: facts.bucket,
      objectKey: facts.objectKey,
      operation: facts.operation,
      requestId: facts.requestId,
      ruleId,
      message,
      target: rule.target,
      address: addressOf(rule),
      faults,
      state: 'waiting',
      attemptCount: attempts,
      attempts: [],
      nextAttemptAt: new Date(dueAtMs || facts.at).toISOString(),
    });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= maxEntries) break;
      this.#entries.delete(oldest);
    }
  }

  /** Appends attempts and updates the state; does nothing if the entry is no longer kept. */
  note(number: number, attempts: readonly EventAttempt[], progress: Progress): void {
    const entry = this.#entries.get(number);
    if (!entry) return;
    const all = [...entry.attempts, ...attempts].slice(-maxAttempts);
    this.#entries.set(number, { ...entry, ...progress, attempts: all });
  }

  /** Newest first; optionally only those for one object key or with a number less than `before`. */
  list(limit: number, { objectKey, before = Infinity }: JournalSelection = {}): EventEntry[] {
    return [...this.#entries.values()]
      .filter((entry) => entry.number < before && (objectKey === undefined || entry.objectKey === objectKey))
      .slice(-limit)
      .toReversed();
  }

  find(number: number): EventEntry | undefined {
    return this.#entries.get(number);
  }
}
