import { readServerSentEvents } from '../events/server-sent-events.js';
import type {
  ListEventsData,
  ListEventsResponse,
  RenditionProgressEvent,
  StreamEventsData,
} from '../generated/types.js';
import { LandfallProblem } from '../http/problem.js';
import { writeQuery } from '../http/query.js';
import type { CallOptions, Transport } from '../http/transport.js';
import { backoffMs, wait } from '../http/wait.js';
import { operations } from '../operations.js';
import { Pages } from './pages.js';

/** An event of the log; `type` determines the shape of `data`. */
export type LogEvent = ListEventsResponse['items'][number];
export type EventPage = ListEventsResponse;
export type EventQuery = Omit<NonNullable<ListEventsData['query']>, 'wait'>;

/** The progress of a rendition: sent once to open streams, and not stored. */
export type ProgressEvent = RenditionProgressEvent & { readonly id: null };
export type StreamedEvent = LogEvent | ProgressEvent;

export interface StreamOptions extends Omit<NonNullable<StreamEventsData['query']>, 'token'> {
  /** Ends the stream; the loop over it then throws the signal's abort reason. */
  readonly signal?: AbortSignal | undefined;
  /** Reopens the stream if nothing arrives for this long, not even a heartbeat; 60,000 ms by default. */
  readonly stallTimeoutMs?: number | undefined;
}

const defaultStallTimeoutMs = 60_000;
const reopenBaseMs = 1_000;
const reopenMaxMs = 30_000;

/** The event log: page by page, by long polling, or live. */
export class Events {
  constructor(private readonly transport: Transport) {}

  /** Reads the log from `after` (or its beginning) to its current end, oldest first. */
  list(query: EventQuery = {}, options?: CallOptions): Pages<LogEvent, EventPage> {
    return new Pages(
      (cursor) => this.page({ ...query, ...(cursor === undefined ? {} : { after: cursor }) }, options),
      ({ items, next }, cursor) => (items.length === 0 && next === (cursor ?? query.after) ? null : next),
    );
  }

  /**
   * Reads one page. With `wait` (seconds), the server responds as soon as there are events or the time is up. To
   * process every event exactly once, store `next` together with the results.
   */
  page(query: NonNullable<ListEventsData['query']> = {}, options: CallOptions = {}): Promise<EventPage> {
    const waitMs = (query.wait ?? 0) * 1_000;
    const timeoutMs = (options.timeoutMs ?? this.transport.timeoutMs) + waitMs;
    return this.transport.call(operations.listEvents, { query }, { ...options, timeoutMs });
  }

  /**
   * Follows the log live, from `after` or from now on. Reopens the stream when it breaks and resumes where it was,
   * without gaps or duplicates.
   * @throws LandfallProblem for an error that a retry would not change, or the signal's abort reason
   */
  async *stream(options: StreamOptions = {}): AsyncGenerator<StreamedEvent, void, undefined> {
    const { signal, stallTimeoutMs = defaultStallTimeoutMs, after, ...query } = options;
    let resumeAfter = after;
    for (let failures = 1; ; failures += 1) {
      const stream = new StallGuard(signal, stallTimeoutMs);
      try {
        const url = `/v1/events/stream${writeQuery({ ...query, after: resumeAfter })}`;
        const body = await this.transport.open(url, {}, stream.signal);
        stream.moved();
        for await (const { id, data } of readServerSentEvents(body, stream.moved)) {
          if (id !== null) resumeAfter = id;
          if (data === null) continue;
          failures = 0;
          // A slow consumer must not count as a stalled stream.
          stream.rest();
          yield { id: null, ...(JSON.parse(data) as object) } as StreamedEvent;
          stream.moved();
        }
      } catch (error) {
        signal?.throwIfAborted();
        if (isFinal(error) && !(this.transport.isRenewable(error) && failures <= 1)) throw error;
      } finally {
        stream.close();
      }
      await wait(backoffMs(failures + 1, reopenBaseMs, reopenMaxMs), signal);
    }
  }
}

/** Whether a retry would not change this error. */
function isFinal(error: unknown): boolean {
  return error instanceof LandfallProblem && error.status < 500 && error.status !== 429;
}

/** Aborts a stream that stalls, and when the caller's signal aborts. */
class StallGuard {
  private readonly controller = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly abort = () => this.controller.abort(this.outer?.reason);
  readonly signal = this.controller.signal;

  constructor(
    private readonly outer: AbortSignal | undefined,
    private readonly timeoutMs: number,
  ) {
    if (outer?.aborted) this.abort();
    outer?.addEventListener('abort', this.abort, { once: true });
  }

  readonly moved = (): void => {
    this.rest();
    this.timer = setTimeout(() => this.controller.abort(new Error('the stream has stalled')), this.timeoutMs);
  };

  rest(): void {
    clearTimeout(this.timer);
  }

  close(): void {
    this.rest();
    this.outer?.removeEventListener('abort', this.abort);
    this.controller.abort();
  }
}
