import { type QueueMessage, readEventMessage, readOssEvents } from '#oss';
import { errorRowOf, isLandfallError, type LandfallError, type Logger, pause } from '#runtime';
import type { EventRecorder } from '#uploads';
import type { EventQueue } from './event-queue.js';

/** A message with a permanent error is given up after this many deliveries. */
const handedOutMax = 5;
/** Backoff after a failure: doubles each time, up to the longest. */
const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
/** Minimum interval between requests to a queue that answers at once that it is empty. */
const emptyPauseMs = 1_000;

/**
 * Consumes event notifications from a queue, for deployments without a public address. A message is
 * deleted once its events are committed; otherwise it is redelivered.
 */
export class EventConsumer {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly queue: EventQueue,
    private readonly recorder: EventRecorder,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.running = this.run(this.stopping.signal);
  }

  /** Stops receiving, and waits until the messages in hand are committed. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      try {
        const askedAt = performance.now();
        const messages = await this.queue.receive(signal);
        if (messages.length > 0) await this.take(messages);
        else await pause(Math.max(0, emptyPauseMs - (performance.now() - askedAt)), signal);
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        const pauseMs = Math.min(firstPauseMs * 2 ** failures, longestPauseMs);
        failures += 1;
        this.logger.warn({ err: error, pauseMs }, 'cannot receive events from the queue; trying again');
        await pause(pauseMs, signal);
      }
    }
  }

  /** @throws LandfallError if an outage kept some from being recorded; the others are deleted by then */
  private async take(messages: readonly QueueMessage[]): Promise<void> {
    const taken = await Promise.all(
      messages.map(async (message) => ({ message, refusal: await this.record(message) })),
    );
    const done = taken.filter(({ message, refusal }) => !refusal || this.isGivenUp(message, refusal));
    if (done.length > 0) await this.queue.delete(done.map(({ message }) => message.receiptHandle));
    const outage = taken.find(({ refusal }) => refusal && passes(refusal))?.refusal;
    if (outage) throw outage;
  }

  /** Records the events of a message. @returns the first error, transient ones before permanent ones */
  private async record({ body }: QueueMessage): Promise<LandfallError | undefined> {
    try {
      const read = readOssEvents(readEventMessage(Buffer.from(body)));
      // Only authorized senders can write to the queue, so unproven events are not limited.
      const arrival = { secret: undefined, now: new Date(), takeUnproven: () => undefined };
      return (await this.recorder.record(read, arrival))[0];
    } catch (error) {
      if (isLandfallError(error)) return error;
      throw error;
    }
  }

  private isGivenUp({ id, dequeueCount }: QueueMessage, refusal: LandfallError): boolean {
    if (passes(refusal) || dequeueCount < handedOutMax) return false;
    this.logger.warn(
      { err: refusal, messageId: id, dequeueCount },
      'gave up on a message of the event queue',
    );
    return true;
  }
}

function passes({ code }: LandfallError): boolean {
  return errorRowOf(code).retry === 'backoff';
}
