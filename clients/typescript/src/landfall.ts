import type {
  Failures,
  GetFailuresData,
  GetStatsData,
  GetStatsResponse,
  QueueName,
  QueuePause,
  Queues,
  Workers,
} from './generated/types.js';
import { type CallOptions, type Credential, Transport } from './http/transport.js';
import { operations } from './operations.js';
import { Callbacks } from './resources/callbacks.js';
import { Events } from './resources/events.js';
import { PipelinesFile } from './resources/pipelines-file.js';
import { Tickets } from './resources/tickets.js';
import { Tokens } from './resources/tokens.js';
import { Webhooks } from './resources/webhooks.js';
import { Uploads } from './resources/uploads.js';

interface CommonOptions {
  /** Base URL of the API, such as `https://media.example.com`. */
  readonly baseUrl: string;
  /** A custom `fetch`, for example for a proxy or logging. */
  readonly fetch?: typeof fetch;
  /** Time limit for one attempt; 30,000 ms by default. */
  readonly timeoutMs?: number;
  /** Number of retries of repeatable calls; 3 by default. */
  readonly maxRetries?: number;
  /** Longest `Retry-After` that is honoured; 30,000 ms by default. */
  readonly maxRetryAfterMs?: number;
}

/** Uses an API key on your servers, or a token from `POST /v1/tokens` in a page. */
export type LandfallOptions = CommonOptions &
  (
    | { readonly apiKey: string; readonly token?: never }
    /** A function is called before each request, so it can fetch a new token when the old one expires. */
    | { readonly token: Credential; readonly apiKey?: never }
  );

/** The client of the API. */
export class Landfall {
  readonly uploads: Uploads;
  readonly callbacks: Callbacks;
  readonly events: Events;
  readonly tickets: Tickets;
  readonly tokens: Tokens;
  readonly webhooks: Webhooks;
  readonly pipelines: PipelinesFile;
  private readonly transport: Transport;

  /** @throws TypeError if the URL or the credential is missing or invalid */
  constructor(options: LandfallOptions) {
    const credential = options.apiKey ?? options.token;
    if (!credential || (options.apiKey && options.token))
      throw new TypeError('set either apiKey or token, but not both');
    const transport = new Transport({
      baseUrl: readBaseUrl(options.baseUrl),
      credential,
      // Browsers require fetch to be called without another `this`.
      fetch: options.fetch ?? ((...request) => fetch(...request)),
      timeoutMs: options.timeoutMs ?? 30_000,
      maxRetries: options.maxRetries ?? 3,
      maxRetryAfterMs: options.maxRetryAfterMs ?? 30_000,
    });
    this.callbacks = new Callbacks(transport);
    this.events = new Events(transport);
    this.uploads = new Uploads(transport, this.events);
    this.transport = transport;
    this.tickets = new Tickets(transport);
    this.tokens = new Tokens(transport);
    this.webhooks = new Webhooks(transport);
    this.pipelines = new PipelinesFile(transport);
  }

  /** Counts uploads and bytes by status, kind and day. */
  stats(query: NonNullable<GetStatsData['query']> = {}, options?: CallOptions): Promise<GetStatsResponse> {
    return this.transport.call(operations.getStats, { query }, options);
  }

  /** Counts failures by error code; `uploads.list({ errorCode })` lists them. */
  failures(query: NonNullable<GetFailuresData['query']> = {}, options?: CallOptions): Promise<Failures> {
    return this.transport.call(operations.getFailures, { query }, options);
  }

  /** Returns the backlog and throughput, by queue and job. */
  queues(options?: CallOptions): Promise<Queues> {
    return this.transport.call(operations.getQueues, {}, options);
  }

  /**
   * Pauses a queue: within five seconds and until it is resumed, workers take no more jobs from it. Running jobs
   * continue.
   */
  pauseQueue(queue: QueueName, options?: CallOptions): Promise<QueuePause> {
    return this.transport.call(operations.pauseQueue, { path: { queue } }, options);
  }

  /** Resumes a paused queue. */
  resumeQueue(queue: QueueName, options?: CallOptions): Promise<QueuePause> {
    return this.transport.call(operations.resumeQueue, { path: { queue } }, options);
  }

  /** Lists the live workers with their queues and current jobs. */
  workers(options?: CallOptions): Promise<Workers> {
    return this.transport.call(operations.listWorkers, {}, options);
  }
}

function readBaseUrl(text: string): string {
  const url = new URL(text);
  if (!/^https?:$/.test(url.protocol)) throw new TypeError(`baseUrl must be an http(s) URL, not ${text}`);
  return url.origin + url.pathname.replace(/\/+$/, '');
}
