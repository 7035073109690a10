import { EventEmitter } from 'node:events';
import { behind } from '../../store/record-keys.js';
import type { Records } from '../../store/store.js';

/** SMQ's defaults for a new queue. */
const visibilityTimeoutMs = 30_000;
const retentionMs = 4 * 86_400_000;
/** Limit over all queues together. */
const maxMessages = 1_000_000;

/** A message in a queue. */
export interface StoredMessage {
  readonly number: number;
  /** 32 hex digits, upper-case. */
  readonly id: string;
  readonly body: string;
  readonly enqueuedAtMs: number;
  /** Milliseconds since 1970 before which the message is hidden. */
  readonly visibleAtMs: number;
  readonly dequeueCount: number;
  /** From the last receive; empty before the first. */
  readonly receiptHandle: string;
}

/** The received messages, and when more may become visible. */
interface Received {
  readonly messages: readonly StoredMessage[];
  /** When the next hidden message becomes visible; undefined if none is hidden. */
  readonly nextAtMs: number | undefined;
}

/** The messages of all queues, kept on disk so that none is lost when the process ends. */
export class QueueMessages {
  readonly #records: Records<StoredMessage>;
  readonly #arrivals = new EventEmitter().setMaxListeners(0);
  readonly #now: () => number;
  #lastNumber: number;

  /** @param now returns the current time in milliseconds since 1970 */
  constructor(records: Records<StoredMessage>, now: () => number = Date.now) {
    this.#records = records;
    this.#now = now;
    const numbers = records.getRange({}).map(({ value }) => value.number);
    this.#lastNumber = [...numbers].reduce((last, number) => Math.max(last, number), 0);
  }

  /** Whether a queue holds any message, visible or not. */
  has(queue: string): boolean {
    return this.#range(queue).next().done !== true;
  }

  /**
   * Adds a message.
   * @returns why it could not be added; null if it was
   */
  async send(queue: string, id: string, body: string): Promise<string | null> {
    if ((this.#records.getStats() as { entryCount: number }).entryCount >= maxMessages)
      return 'the queues are full';
    const now = this.#now();
    const number = ++this.#lastNumber;
    const times = { enqueuedAtMs: now, visibleAtMs: now };
    const message = { number, id, body, ...times, dequeueCount: 0, receiptHandle: '' };
    await this.#records.put(keyOf(queue, number), message);
    this.#arrivals.emit(queue);
    return null;
  }

  /** Returns up to `limit` visible messages, oldest first, and hides them for the visibility timeout. */
  receive(queue: string, limit: number): Promise<Received> {
    return this.#records.transaction(() => {
      const now = this.#now();
      const visible: StoredMessage[] = [];
      const expired: StoredMessage[] = [];
      let nextAtMs: number | undefined;
      for (const message of this.#range(queue)) {
        if (now - message.enqueuedAtMs > retentionMs) expired.push(message);
        else if (message.visibleAtMs <= now) visible.push(message);
        else nextAtMs = Math.min(nextAtMs ?? Infinity, message.visibleAtMs);
        if (visible.length === limit) break;
      }
      // Removed only after the loop, because the cursor must not be modified while it is iterated.
      for (const { number } of expired) void this.#records.remove(keyOf(queue, number));
      const messages = visible.map((message) => handOut(message, now));
      for (const message of messages) void this.#records.put(keyOf(queue, message.number), message);
      return { messages, nextAtMs };
    });
  }

  /**
   * Deletes the messages with these receipt handles.
   * @returns the handles that are unknown or expired
   */
  delete(queue: string, receiptHandles: readonly string[]): Promise<string[]> {
    return this.#records.transaction(() =>
      receiptHandles.filter((receiptHandle) => {
        const key = keyOf(queue, Number(/^\d{1,15}/.exec(receiptHandle)?.[0] ?? 0));
        const message = this.#records.get(key);
        const holds = message?.receiptHandle === receiptHandle && message.visibleAtMs > this.#now();
        if (holds) void this.#records.remove(key);
        return !holds;
      }),
    );
  }

  /** Resolves when a message arrives in this queue, or when `signal` aborts. */
  arrival(queue: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        this.#arrivals.off(queue, end);
        signal.removeEventListener('abort', end);
        resolve();
      };
      if (signal.aborted) return resolve();
      this.#arrivals.once(queue, end);
      signal.addEventListener('abort', end, { once: true });
    });
  }

  *#range(queue: string): Generator<StoredMessage> {
    const start = prefixOf(queue);
    for (const { value } of this.#records.getRange({ start, end: behind(start) })) yield value;
  }
}

/** The message after it was received at `now`. */
function handOut(message: StoredMessage, now: number): StoredMessage {
  const dequeueCount = message.dequeueCount + 1;
  const visibleAtMs = now + visibilityTimeoutMs;
  const receiptHandle = `${message.number}-${dequeueCount}-${visibleAtMs}`;
  return { ...message, dequeueCount, visibleAtMs, receiptHandle };
}

const prefixOf = (queue: string) => Buffer.from(`${queue}/`);

function keyOf(queue: string, number: number): Buffer {
  const at = Buffer.alloc(8);
  at.writeBigUInt64BE(BigInt(number));
  return Buffer.concat([prefixOf(queue), at]);
}
