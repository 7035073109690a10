import type { Records } from '../../store/store.js';
import type { EventOperation } from './event-names.js';
import type { EventRule } from './event-rules.js';

/** What happened, as a notification tells it. */
export interface EventFacts {
  readonly operation: EventOperation;
  readonly at: string;
  readonly bucket: string;
  readonly objectKey: string;
  /** Unquoted, upper-case; empty for what has none. */
  readonly etag: string;
  readonly sizeBytes: number;
  readonly deltaBytes: number;
  /** Where AppendObject appended. */
  readonly position?: number | undefined;
  /** Id of the request that changed the object. */
  readonly requestId: string;
  readonly clientIp: string;
  /** The `x:` variables of the callback, if there is one. */
  readonly vars?: Readonly<Record<string, string>> | undefined;
}

/** A notification that a rule owes. */
export interface PendingEvent {
  /** Counts up; the order in which events happened. */
  readonly number: number;
  /** 32 hex digits, upper-case: the same in every attempt. */
  readonly id: string;
  readonly rule: EventRule;
  /** As the event names it. */
  readonly ruleId: string;
  readonly facts: EventFacts;
  readonly attempts: number;
  /** Milliseconds since 1970 from which on it is to be sent. */
  readonly dueAtMs: number;
}

/** The notifications that are not delivered yet, on the disk: the end of the process loses none. */
export class PendingEvents {
  readonly #records: Records<PendingEvent>;
  #lastNumber: number;

  constructor(records: Records<PendingEvent>) {
    this.#records = records;
    const [last] = records.getKeys({ reverse: true, limit: 1 });
    this.#lastNumber = last ? Number(last.readBigUInt64BE()) : 0;
  }

  /** Within a transaction: adds one, to be sent at once. */
  add(event: Omit<PendingEvent, 'number' | 'attempts' | 'dueAtMs'>): void {
    const number = ++this.#lastNumber;
    void this.#records.put(keyOf(number), { number, ...event, attempts: 0, dueAtMs: 0 });
  }

  /** Those with a greater number, in the order of numbers. */
  *after(number: number): Generator<PendingEvent> {
    for (const { value } of this.#records.getRange({ start: keyOf(number + 1) })) yield value;
  }

  get(number: number): PendingEvent | undefined {
    return this.#records.get(keyOf(number));
  }

  /** Notes a failed attempt. */
  async retry(event: PendingEvent, attempts: number, dueAtMs: number): Promise<void> {
    await this.#records.put(keyOf(event.number), { ...event, attempts, dueAtMs });
  }

  /** Not flushed: what a loss of power brings back is delivered twice, which OSS does too. */
  async remove(number: number): Promise<void> {
    await this.#records.remove(keyOf(number));
  }
}

function keyOf(number: number): Buffer {
  const key = Buffer.alloc(8);
  key.writeBigUInt64BE(BigInt(number));
  return key;
}
