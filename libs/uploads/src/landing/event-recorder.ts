import { type DataSource, isDatabaseUnavailable } from '#database';
import type { OssEvent } from '#media';
import { type Config, counter, errorRowOf, LandfallError, toLandfallError, withTimeLimit } from '#runtime';
import { isSecret, type ProofSettings, proofSettingsOf, toLanding } from './landing-proof.js';
import { queueRemovalChecks } from './removed-objects.js';
import type { UploadRegistry } from './upload-registry.js';

/** Counts single events by outcome or error code. */
const outcomes = counter('landfall_events_total', 'Event notifications of OSS by outcome', 'outcome');
/** Maximum objects per call of `queueRemovalChecks`. */
const removalsMax = 1_000;

/** Settings for recording events. */
export interface EventRules {
  readonly buckets: readonly string[];
  /** Key prefix of our own objects, whose events are ignored. */
  readonly renditionPrefix: string;
  readonly proof: ProofSettings;
  /** Time limit for committing removal checks. */
  readonly commitTimeoutMs: number;
}

/** The events of a message, and the errors of those that cannot be read. */
export interface ReadEvents {
  readonly events: readonly OssEvent[];
  /** Number of events of other types. */
  readonly ignored: number;
  readonly refusals: readonly LandfallError[];
}

/** How a message arrived. */
export interface EventArrival {
  /** The last path segment of a push. */
  readonly secret: string | undefined;
  readonly now: Date;
  /** Called for every unproven event. @throws LandfallError if there are too many */
  takeUnproven(): void;
}

/**
 * Derives the settings. An event without a ticket is accepted as a hint even if CALLBACK_TRUST refuses
 * such callbacks: it only makes a worker ask OSS, and its vars are not trusted.
 */
export function eventRulesOf(config: Config<'callback' | 'oss' | 'tickets'>): EventRules {
  const { callback, oss } = config;
  return {
    buckets: oss.buckets,
    renditionPrefix: oss.renditionPrefix,
    proof: { ...proofSettingsOf(config), trust: 'bucket' },
    commitTimeoutMs: callback.commitTimeoutMs,
  };
}

/**
 * Records events: landings through the registry, like callbacks, and removals as checks with OSS,
 * before anything changes. Events of foreign buckets and of our own objects are ignored.
 */
export class EventRecorder {
  constructor(
    private readonly registry: UploadRegistry,
    private readonly source: DataSource,
    private readonly rules: EventRules,
  ) {}

  /**
   * Records as many events of a message as possible; resolves after the commit.
   * @returns the errors of the others: first transient ones (database.unavailable,
   * callback.overloaded, the limit of unproven events), then permanent ones (event.invalid,
   * callback.field_invalid)
   */
  async record(
    { events, ignored, refusals }: ReadEvents,
    arrival: EventArrival,
  ): Promise<readonly LandfallError[]> {
    for (let index = 0; index < ignored; index += 1) outcomes.count('ignored');
    const ours = events.filter((event) => this.isOurs(event));
    const removed = ours.filter(({ change }) => change === 'removed');
    const failed = await settle([
      ...ours.filter(({ change }) => change === 'landed').map((event) => this.land(event, arrival)),
      ...chunksOf(removed, removalsMax).map((chunk) => this.remove(chunk, arrival)),
    ]);
    const all = [...refusals, ...failed];
    for (const { code } of all) outcomes.count(code);
    const passes = ({ code }: LandfallError) => errorRowOf(code).retry === 'backoff';
    return [...all.filter(passes), ...all.filter((error) => !passes(error))];
  }

  private isOurs({ bucket, objectKey }: OssEvent): boolean {
    if (!this.rules.buckets.includes(bucket)) {
      outcomes.count('foreign');
      return false;
    }
    if (!objectKey.startsWith(this.rules.renditionPrefix)) return true;
    outcomes.count('rendition');
    return false;
  }

  private async land(event: OssEvent, { secret, now, takeUnproven }: EventArrival): Promise<void> {
    const { bucket, objectKey, etag, sizeBytes, vars, requestId } = event;
    const landed = { bucket, objectKey, etag, sizeBytes, mimeType: null, imageInfo: null, vars };
    const landing = toLanding(
      landed,
      { source: 'event', secret, requestId: requestId ?? undefined, now },
      this.rules.proof,
    );
    if (landing.proof === null) takeUnproven();
    await this.registry.register(landing);
    outcomes.count('landed');
  }

  private async remove(events: readonly OssEvent[], arrival: EventArrival): Promise<void> {
    // Each of them costs a request to OSS.
    if (!isSecret(arrival.secret, this.rules.proof.urlDigests))
      for (const _ of events) arrival.takeUnproven();
    await withTimeLimit(
      queueRemovalChecks(this.source, events),
      this.rules.commitTimeoutMs,
      'database.unavailable',
      'no commit',
    );
    for (let index = 0; index < events.length; index += 1) outcomes.count('removed');
  }
}

/** Waits for all, and returns the errors. */
async function settle(work: readonly Promise<void>[]): Promise<LandfallError[]> {
  const settled = await Promise.allSettled(work);
  return settled.flatMap((result) => (result.status === 'rejected' ? [toRefusal(result.reason)] : []));
}

function toRefusal(error: unknown): LandfallError {
  return isDatabaseUnavailable(error)
    ? new LandfallError('database.unavailable', 'an event is not recorded', { cause: error })
    : toLandfallError(error);
}

function chunksOf<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
