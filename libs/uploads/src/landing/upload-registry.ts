import { isDatabaseUnavailable, isValueRefused } from '#database';
import { outboxChannel } from '#outbox';
import {
  counter,
  histogram,
  LandfallError,
  pause,
  toLandfallError,
  withTimeLimit,
  type Logger,
  newId,
  timeOfId,
} from '#runtime';
import { type Span, traceSpan, within } from '#tracing';
import { insertUploads, type RegistryPool, type NewUpload, type RegisteredUpload } from './insert-uploads.js';
import { type Landing, landingKeyOf } from './landing.js';
import { processPayload } from '../making/process-payload.js';
import { uploadSources } from '../rows/upload.entity.js';

/** Limits of a registry. */
export interface RegistrySettings {
  /** Maximum uploads per statement. */
  batchMax: number;
  /** Maximum uploads waiting for a statement; beyond it `callback.overloaded` is thrown. */
  waitingMax: number;
  /** Time limit from `register` to the commit. */
  commitTimeoutMs: number;
  /** Delay until the sweep first checks a new upload. */
  sweepAfterMs: number;
}

interface Waiting {
  readonly upload: NewUpload;
  since: number;
  deadline: number;
  resolve(registered: RegisteredUpload): void;
  reject(error: LandfallError): void;
}

const batchSizes = histogram(
  'landfall_callback_batch_size',
  'Uploads that shared one statement',
  [1, 2, 4, 8, 16, 32, 64, 128, 256],
);
const commitTimes = histogram(
  'landfall_callback_commit_seconds',
  'Time of one statement that records uploads',
  [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
);
const waitTimes = histogram(
  'landfall_callback_wait_seconds',
  'Time from arrival to the statement, of the one that waited longest',
  [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5],
);

const newLandings = counter(
  'landfall_landings_total',
  'Landings that were recorded and not known before, by what told of them: callback, event, ticket, reconcile',
  'source',
);
// Exported as 0 from the start, or Prometheus would not see the first landing as an increase.
for (const source of uploadSources) newLandings.count(source, 0);

const notifyIntervalMs = 25;
const notifyTimeoutMs = 5_000;

/** Connections that the registry needs: one per concurrent statement, and one to wake the relay. */
export const registryConnections = 3;

/**
 * Share of its time limit that a callback may wait for a statement. If it could wait for all of it, an overloaded database
 * would only get statements with no time left, and answer none.
 */
const waitingShare = 0.5;

/** Concurrent statements: while one waits for the disk, the next is gathered and parsed. */
const statementsAtOnce = 2;

/**
 * Writes uploads by group commit: concurrent callers share one statement, and each is answered after its commit. A landing
 * that is registered again keeps its id.
 */
export class UploadRegistry {
  private waiting: Waiting[] = [];
  private running = 0;
  private gathering = false;
  private readonly watchdog: NodeJS.Timeout;
  private notifying: Promise<void> | null = null;
  private notifyAgain = false;

  constructor(
    /** A pool of the registry's own, since slow queries of others must not delay callbacks. */
    private readonly pool: RegistryPool,
    private readonly settings: RegistrySettings,
    private readonly logger: Logger,
  ) {
    this.watchdog = setInterval(() => this.expire(), 50).unref();
  }

  /**
   * Commits the upload together with its job in the outbox.
   * @throws LandfallError callback.overloaded, database.unavailable, callback.field_invalid if Postgres refuses a value
   */
  register(landing: Landing): Promise<RegisteredUpload> {
    const { source, proof, clientTrace } = landing;
    const span = traceSpan(landingSpans[source], { parent: clientTrace });
    const registered = this.enqueue(landing, span);
    return span === null ? registered : recordLanding(span, proof, registered);
  }

  private enqueue(landing: Landing, span: Span | null): Promise<RegisteredUpload> {
    if (this.waiting.length >= this.settings.waitingMax) {
      return Promise.reject(
        new LandfallError('callback.overloaded', `${this.waiting.length} are waiting; try again later`),
      );
    }
    return new Promise((resolve, reject) => {
      const since = performance.now();
      this.waiting.push({
        upload: newUpload(landing, span?.traceparent),
        since,
        deadline: since + this.settings.commitTimeoutMs,
        resolve,
        reject,
      });
      this.gather();
    });
  }

  /** Waits until everything that was accepted is answered. */
  async close(): Promise<void> {
    while (this.running > 0 || this.waiting.length > 0)
      await new Promise((resolve) => setTimeout(resolve, 10));
    while (this.notifying) await this.notifying;
    clearInterval(this.watchdog);
  }

  /** Defers the statement until the event loop has read all ready sockets, whose callbacks then join the batch. */
  private gather(): void {
    if (this.gathering || this.running >= statementsAtOnce || this.waiting.length === 0) return;
    this.gathering = true;
    setImmediate(() => {
      this.gathering = false;
      if (this.running >= statementsAtOnce || this.waiting.length === 0) return;
      const batch = this.waiting.slice(0, this.settings.batchMax);
      this.waiting = this.waiting.slice(this.settings.batchMax);
      this.running += 1;
      void this.commit(batch).finally(() => {
        this.running -= 1;
        this.gather();
      });
      this.gather();
    });
  }

  private async commit(batch: Waiting[]): Promise<void> {
    // The first has waited longest.
    const remainingMs = (batch[0]?.deadline ?? 0) - performance.now();
    try {
      if (remainingMs < 1) throw new LandfallError('database.unavailable', 'no time is left to commit');
      await withTimeLimit(this.write(batch, remainingMs), remainingMs, 'database.unavailable', 'no commit');
    } catch (error) {
      if (isDatabaseUnavailable(error)) {
        const reason = new LandfallError('database.unavailable', 'the upload is not recorded', {
          cause: error,
        });
        for (const entry of batch) entry.reject(reason);
      } else if (batch.length === 1) {
        batch[0]?.reject(
          isValueRefused(error)
            ? new LandfallError('callback.field_invalid', 'the database refuses a value', { cause: error })
            : toLandfallError(error),
        );
      } else {
        // Retried row by row, so one bad row fails alone.
        for (const entry of batch) await this.commit([entry]);
      }
    }
  }

  private async write(batch: Waiting[], timeoutMs: number): Promise<void> {
    const sorted = batch.toSorted((a, b) => (a.upload.landing < b.upload.landing ? -1 : 1));
    // Sorted, callbacks of the same landing are adjacent: only the first is inserted, and its row answers them all.
    const firsts = sorted.filter(({ upload }, index) => upload.landing !== sorted[index - 1]?.upload.landing);
    const uploads = firsts.map(({ upload }) => upload);
    const startedAt = performance.now();
    batchSizes.observe(batch.length);
    waitTimes.observe((startedAt - (batch[0]?.since ?? startedAt)) / 1_000);
    const known = await insertUploads(this.pool, uploads, this.settings.sweepAfterMs, timeoutMs);
    commitTimes.observe((performance.now() - startedAt) / 1_000);
    for (const { landing, source } of uploads) if (!known.has(landing)) newLandings.count(source);
    let first = sorted[0];
    for (const entry of sorted) {
      const { landing } = entry.upload;
      if (landing !== first?.upload.landing) first = entry;
      entry.resolve(known.get(landing) ?? { id: first.upload.id, status: 'stored' });
    }
    if (known.size < uploads.length) this.notify();
  }

  /**
   * Wakes the relays, at once and then at most every `notifyIntervalMs`. Not in the inserting transaction, because NOTIFY
   * serializes commits; and without waiting for the disk, because a relay polls if a notification is lost.
   */
  private notify(): void {
    if (this.notifying) {
      this.notifyAgain = true;
      return;
    }
    this.notifyAgain = false;
    this.notifying = this.pool
      .query({
        name: 'wake-relay',
        text: `SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)`,
        values: [outboxChannel, ''],
        query_timeout: notifyTimeoutMs,
      })
      .catch((error: unknown) => this.logger.debug({ err: error }, 'cannot wake the relay; it polls'))
      .then(() => pause(notifyIntervalMs))
      .then(() => {
        this.notifying = null;
        if (this.notifyAgain) this.notify();
      });
  }

  /** Rejects entries that have waited too long for a statement; those in a statement have its time limit. */
  private expire(): void {
    const limitMs = this.settings.commitTimeoutMs * waitingShare;
    const now = performance.now();
    while (this.waiting[0] && this.waiting[0].since + limitMs <= now) {
      const entry = this.waiting.shift();
      entry?.reject(new LandfallError('database.unavailable', `no turn within ${limitMs} ms`));
    }
  }
}

/** The span of a landing, by its source. */
const landingSpans = {
  callback: { name: 'callback', kind: 'server' },
  ticket: { name: 'ticket' },
  event: { name: 'event', kind: 'consumer' },
  reconcile: { name: 'reconcile' },
} as const;

function recordLanding(
  span: Span,
  proof: Landing['proof'],
  registered: Promise<RegisteredUpload>,
): Promise<RegisteredUpload> {
  return within(span, async () => {
    const { id, status } = await registered;
    span.note({
      'landfall.upload.id': id,
      'landfall.upload.status': status,
      'landfall.proof': proof ?? 'none',
    });
    return { id, status };
  });
}

function newUpload(landing: Landing, traceparent: string | undefined): NewUpload {
  const id = newId();
  return {
    ...landing,
    id,
    landing: landingKeyOf(landing),
    createdAtMs: timeOfId(id),
    jobId: newId(),
    jobPayload: processPayload(id, landing.proof),
    traceparent,
  };
}
