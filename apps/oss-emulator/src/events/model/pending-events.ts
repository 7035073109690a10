import type { Records } from '../../store/store.js';
import type { EventOperation } from './event-names.js';
import type { EventRule } from './event-rules.js';

/** The facts of a change that its notifications report. */
export interface EventFacts {
  readonly operation: EventOperation;
  readonly at: string;
  readonly bucket: string;
  readonly objectKey: string;
  /** Unquoted, upper-case; empty if there is none. */
  readonly etag: string;
  readonly sizeBytes: number;
  readonly deltaBytes: number;
  /** The position at which AppendObject appended. */
  readonly position?: number | undefined;
  /** Id of the request that changed the object. */
  readonly requestId: string;
  readonly clientIp: string;
  /** The `x:` variables of the callback, if there is one. */
  readonly vars?: Readonly<Record<string, string>> | undefined;
}

/** A notification that has not been delivered yet. */
export interface PendingEvent {
  /** Increasing; reflects the order of events. */
  readonly number: number;
  /** 32 hex digits, upper-case; the same in every attempt. */
  readonly id: string;
  readonly rule: EventRule;
  /** The rule id reported in the event. */
  readonly ruleId: string;
  readonly facts: EventFacts;
  readonly attempts: number;
  /** Earliest time of the next attempt, in milliseconds since 1970; 0 before the first. */
  readonly dueAtMs: number;
}

/** Undelivered notifications, kept on disk so that none is lost when the process ends. */
export class PendingEvents {
  readonly #records: Records<PendingEvent>;
  #lastNumber: number;

  constructor(records: Records<PendingEvent>) {
    this.#records = records;
    const [last] = records.getKeys({ reverse: true, limit: 1 });
    this.#lastNumber = last ? Number(last.readBigUInt64BE()) : 0;
  }

  /** Adds a notification that is due at once. Must run within a transaction. */
  add(event: Omit<PendingEvent, 'number' | 'attempts' | 'dueAtMs'>): void {
    const number = ++this.#lastNumber;
    void this.#records.put(keyOf(number), { number, ...event, attempts: 0, dueAtMs: 0 });
  }

  /** Those with a greater number, in ascending order. */
  *after(number: number): Generator<PendingEvent> {
    for (const { value } of this.#records.getRange({ start: keyOf(number + 1) })) yield value;
  }

  get(number: number): PendingEvent | undefined {
    return this.#records.get(keyOf(number));
  }

  /** Records a failed attempt. */
  async retry(event: PendingEvent, attempts: number, dueAtMs: number): Promise<void> {
    await this.#records.put(keyOf(event.number), { ...event, attempts, dueAtMs });
  }

  /**
   * Removes a notification without flushing: one that a power loss brings back is delivered twice, as can happen with
   * OSS.
   */
  async remove(number: number): Promise<void> {
    await this.#records.remove(keyOf(number));
  }
}

function keyOf(number: number): Buffer {
  const key = Buffer.alloc(8);
  key.writeBigUInt64BE(BigInt(number));
  return key;
}
