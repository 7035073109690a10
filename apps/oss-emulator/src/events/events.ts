import { randomBytes } from 'node:crypto';
import type { Logger } from '#runtime';
import type { Faults } from '../faults/faults.js';
import type { Buckets } from '../store/buckets.js';
import { deliver } from './delivery/deliver.js';
import { Dispatcher } from './delivery/dispatcher.js';
import { EventJournal } from './model/event-journal.js';
import { eventNames } from './model/event-names.js';
import { wants, type EventRule } from './model/event-rules.js';
import { PendingEvents, type EventFacts, type PendingEvent } from './model/pending-events.js';
import { QueueMessages, type StoredMessage } from './queue/queue-messages.js';
import type { SigningKeys } from './signing/signing-keys.js';

/** Maximum number of pending notifications; further events are lost and logged. */
const maxPending = 100_000;

/** The dependencies of event notifications. */
export interface EventSettings {
  readonly buckets: Buckets;
  readonly rules: readonly EventRule[];
  readonly keys: SigningKeys;
  readonly faults: Faults;
  readonly region: string;
  /** URL at which clients reach the emulator. */
  readonly publicUrl: URL;
  /** Time limit for one attempt. */
  readonly timeoutMs: number;
  /** Factor applied to the wait before an event is sent and before each retry. */
  readonly waitScale: number;
  readonly logger: Logger;
  /** Aborts when the emulator closes. */
  readonly closing: AbortSignal;
}

/** Event notifications: the rules, the pending notifications and the journal. */
export class Events {
  readonly journal = new EventJournal();
  readonly queues: QueueMessages;
  readonly keys: SigningKeys;
  readonly #pending: PendingEvents;
  readonly #dispatcher: Dispatcher;
  readonly #logger: Logger;
  #rules: readonly EventRule[];

  constructor(settings: EventSettings) {
    const { buckets, faults, logger, closing, waitScale } = settings;
    this.#rules = settings.rules;
    this.#logger = logger;
    this.keys = settings.keys;
    this.queues = new QueueMessages(buckets.records<StoredMessage>('queueMessages'));
    this.#pending = new PendingEvents(buckets.records<PendingEvent>('pendingEvents'));
    const delivery = { ...settings, queues: this.queues };
    this.#dispatcher = new Dispatcher({
      pending: this.#pending,
      journal: this.journal,
      deliver: (event, isCorrupted) => deliver(event, isCorrupted, delivery),
      faults,
      region: settings.region,
      logger,
      closing,
      waitScale,
    });
    this.#dispatcher.wake();
  }

  get rules(): readonly EventRule[] {
    return this.#rules;
  }

  /** Replaces the rules. Pending notifications are still sent by the old ones. */
  replaceRules(rules: readonly EventRule[]): void {
    this.#rules = rules;
  }

  /** Number of notifications that are waiting or being sent. */
  get pendingCount(): number {
    return this.#dispatcher.count;
  }

  /** Whether a queue of this name exists: one named by a rule, or one that holds messages. */
  hasQueue(name: string): boolean {
    return (
      this.#rules.some((rule) => rule.target === 'queue' && rule.queue === name) || this.queues.has(name)
    );
  }

  /**
   * Records the notifications that the rules require for a change. Must run within its transaction.
   * @returns whether any rule matches
   */
  add(facts: EventFacts): boolean {
    const name = eventNames[facts.operation];
    const wanting = [...this.#rules.entries()].filter(([, rule]) => wants(rule, name, facts.objectKey));
    if (wanting.length > 0 && this.#dispatcher.count >= maxPending) {
      const { requestId, bucket, objectKey } = facts;
      this.#logger.error({ requestId, bucket, objectKey }, 'an event was lost: too many are pending');
      return false;
    }
    for (const [at, rule] of wanting) {
      const id = randomBytes(16).toString('hex').toUpperCase();
      this.#pending.add({ id, rule, ruleId: `rule-${at + 1}`, facts });
    }
    return wanting.length > 0;
  }

  /** Starts sending what was added. Call it after the transaction has ended. */
  wake(): void {
    this.#dispatcher.wake();
  }

  /** Waits for the running attempts, which `closing` aborts. */
  close(): Promise<void> {
    return this.#dispatcher.close();
  }
}
