import { type DataSource, listenForNotifications } from '#database';
import { eventsChannel } from '#events';
import { type Config, type Logger, pause } from '#runtime';
import type { Agent } from 'undici';
import { urlRulesOf } from '../network/url-rules.js';
import { claimDeliveries, type ClaimedDelivery, leaseS, renewLeases } from './claim-deliveries.js';
import type { Outcome } from './outcome.js';
import { OutcomeWriter } from './outcome-writer.js';
import { shareOf } from './share-requests.js';

type WebhookSettings = Config<'webhooks'>['webhooks'];

/** Polling interval in addition to notifications: for retries and expired leases. */
const pollMs = 500;
/** Pause between claims, so that deliveries placed meanwhile are claimed by one statement. */
const claimPauseMs = 4;
/** Ended requests are replaced in batches: after this many, or after this time. */
const gathered = 10;
const gatherMs = 15;
const renewEveryMs = (leaseS * 1_000) / 3;

/**
 * Delivers due events until stopped: claims rows, sends them, and records the outcomes. Any number of workers may run.
 * When a worker dies, its leases expire and its deliveries are due again, so a delivery may arrive twice but is never
 * lost. (decision 29)
 */
export class Deliverer {
  /** Aborts claiming; requests in flight continue. */
  private readonly stopping = new AbortController();
  /** Aborts requests in flight. */
  private readonly cutting = new AbortController();
  private readonly rules: ReturnType<typeof urlRulesOf>;
  /** Loaded with the first delivery: undici is a megabyte, and the API, which also loads this room, never sends. */
  private agent: Promise<Agent> | undefined;
  private readonly outcomes: OutcomeWriter;
  private readonly underWay = new Map<ClaimedDelivery, Promise<void>>();
  private readonly busy = new Map<string, number>();
  private running: Promise<unknown> = Promise.resolve();
  /** Requests that ended since the last claim. */
  private ended = 0;
  /** Deliveries that ended since the last call of `takeEnded`. */
  private over = { ended: 0, failed: 0 };
  private gathering: NodeJS.Timeout | undefined;
  private wake: () => void = () => {};
  private woken = false;
  private isPaused = false;

  constructor(
    private readonly database: { source: DataSource; directUrl: string },
    private readonly settings: WebhookSettings,
    private readonly logger: Logger,
  ) {
    this.rules = urlRulesOf(settings);
    this.outcomes = new OutcomeWriter(database.source, settings.disableAfterS, logger);
  }

  /** @param isPaused whether claiming stops until the next call; requests in flight continue */
  applyPause(isPaused: boolean): void {
    if (isPaused === this.isPaused) return;
    this.isPaused = isPaused;
    this.logger.info({ queue: 'delivery' }, isPaused ? 'the queue is paused' : 'the queue is resumed');
    if (!isPaused) this.nudge();
  }

  start(): void {
    const { signal } = this.stopping;
    const listening = listenForNotifications(this.database.directUrl, eventsChannel, () => this.nudge(), {
      signal,
      logger: this.logger,
    });
    this.running = Promise.all([listening, this.deliverUntilStopped(signal), this.keepLeases(signal)]);
  }

  /** @param graceMs time for requests in flight; then their deliveries are handed back */
  async stop(graceMs: number): Promise<void> {
    this.stopping.abort();
    const cut = setTimeout(() => this.cutting.abort(), graceMs);
    await this.running;
    await Promise.all(this.underWay.values());
    clearTimeout(cut);
    clearTimeout(this.gathering);
    await (await this.agent)?.destroy();
  }

  /** Number of deliveries that ended (delivered or failed) since the last call, and how many of them failed. */
  takeEnded(): { ended: number; failed: number } {
    const { over } = this;
    this.over = { ended: 0, failed: 0 };
    return over;
  }

  /** Batches the claims that replace ended requests, because one claim per request would be most of the work. */
  private gather(): void {
    this.ended += 1;
    if (this.ended >= gathered || this.underWay.size === 0) this.nudge();
    else this.gathering ??= setTimeout(() => this.nudge(), gatherMs);
  }

  private nudge(): void {
    clearTimeout(this.gathering);
    this.gathering = undefined;
    this.woken = true;
    this.wake();
  }

  private async deliverUntilStopped(signal: AbortSignal): Promise<void> {
    let failing = false;
    while (!signal.aborted) {
      this.woken = false;
      this.ended = 0;
      try {
        if (await this.claim()) this.woken = true;
        if (failing) this.logger.info('webhooks are delivered again');
        failing = false;
      } catch (error) {
        if (!failing) this.logger.warn({ err: error }, 'cannot deliver webhooks; trying again');
        failing = true;
        await pause(pollMs, signal);
        continue;
      }
      await pause(claimPauseMs, signal);
      await this.waitForWork(signal);
    }
  }

  private async waitForWork(signal: AbortSignal): Promise<void> {
    if (this.woken) return;
    const woken = new AbortController();
    this.wake = () => woken.abort();
    await pause(pollMs, AbortSignal.any([woken.signal, signal]));
  }

  /** @returns whether more deliveries may be due now */
  private async claim(): Promise<boolean> {
    if (this.isPaused) return false;
    const { maxRequests, concurrency } = this.settings;
    const free = maxRequests - this.underWay.size;
    if (free <= 0) return false;
    const share = shareOf(free);
    const { deliveries, putOff } = await claimDeliveries(this.database.source, {
      busy: this.busy,
      limit: share,
      perWebhook: Math.min(concurrency, share),
    });
    for (const delivery of deliveries) this.begin(delivery);
    return putOff > 0 || deliveries.length === share;
  }

  private begin(delivery: ClaimedDelivery): void {
    const { webhookId } = delivery;
    this.busy.set(webhookId, (this.busy.get(webhookId) ?? 0) + 1);
    const ended = this.deliver(delivery)
      // Its lease expires, and the delivery is attempted again.
      .catch((error: unknown) => this.logger.error({ err: error, webhookId }, 'cannot attempt a delivery'))
      .finally(() => {
        this.underWay.delete(delivery);
        const left = (this.busy.get(webhookId) ?? 1) - 1;
        if (left > 0) this.busy.set(webhookId, left);
        else this.busy.delete(webhookId);
        this.gather();
      });
    this.underWay.set(delivery, ended);
  }

  private async deliver(delivery: ClaimedDelivery): Promise<void> {
    const { rules } = this;
    const { retryS, timeoutMs } = this.settings;
    const { attemptDelivery } = await import('./attempt-delivery.js');
    const outcome: Outcome = await attemptDelivery(delivery, {
      send: { rules, dispatcher: await this.openAgent(), timeoutMs },
      schedule: retryS,
      signal: this.cutting.signal,
    });
    await this.outcomes.write(outcome);
    if (outcome.state === 'pending') return;
    this.over.ended += 1;
    if (outcome.state === 'failed') this.over.failed += 1;
  }

  private openAgent(): Promise<Agent> {
    this.agent ??= import('../network/checked-agent.js').then(({ checkedAgent }) =>
      checkedAgent(this.rules.addresses, this.settings),
    );
    return this.agent;
  }

  /** Renews the leases of all deliveries in flight, including those being recorded. */
  private async keepLeases(signal: AbortSignal): Promise<void> {
    while (!signal.aborted || this.underWay.size > 0) {
      await pause(renewEveryMs, signal);
      if (signal.aborted) await pause(100);
      const held = [...this.underWay.keys()];
      if (held.length === 0) continue;
      await renewLeases(this.database.source, held).catch((error: unknown) =>
        this.logger.warn(
          { err: error },
          'cannot renew the leases of deliveries; another worker may repeat them',
        ),
      );
    }
  }
}
