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
  /** Where the API is: `https://media.example.com`. */
  readonly baseUrl: string;
  /** Another `fetch`, for a proxy or for logs. */
  readonly fetch?: typeof fetch;
  /** Time for one try, 30,000 ms by default. */
  readonly timeoutMs?: number;
  /** Further tries of what may be repeated, 3 by default. */
  readonly maxRetries?: number;
  /** A server that asks to wait longer is not waited for: 30,000 ms by default. */
  readonly maxRetryAfterMs?: number;
}

/** With an API key on your servers, or with a token of `POST /v1/tokens` in a page. */
export type LandfallOptions = CommonOptions &
  (
    | { readonly apiKey: string; readonly token?: never }
    /** A function is asked before each request: it may fetch a new token when the old one ends. */
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

  /** @throws TypeError if the URL or the credential is none */
  constructor(options: LandfallOptions) {
    const credential = options.apiKey ?? options.token;
    if (!credential || (options.apiKey && options.token))
      throw new TypeError('give either an apiKey or a token');
    const transport = new Transport({
      baseUrl: readBaseUrl(options.baseUrl),
      credential,
      // In a browser it must be called as a method of nothing else.
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

  /** Counts uploads and their bytes by status, kind and day. */
  stats(query: NonNullable<GetStatsData['query']> = {}, options?: CallOptions): Promise<GetStatsResponse> {
    return this.transport.call(operations.getStats, { query }, options);
  }

  /** Counts what failed, by the code of its error; `uploads.list({ errorCode })` lists it. */
  failures(query: NonNullable<GetFailuresData['query']> = {}, options?: CallOptions): Promise<Failures> {
    return this.transport.call(operations.getFailures, { query }, options);
  }

  /** Says how much work there is, by queue and job, and how fast it goes. */
  queues(options?: CallOptions): Promise<Queues> {
    return this.transport.call(operations.getQueues, {}, options);
  }

  /** Has workers take nothing more from a queue, within five seconds and until it is resumed. What runs goes on. */
  pauseQueue(queue: QueueName, options?: CallOptions): Promise<QueuePause> {
    return this.transport.call(operations.pauseQueue, { path: { queue } }, options);
  }

  /** Has workers take from a queue again. */
  resumeQueue(queue: QueueName, options?: CallOptions): Promise<QueuePause> {
    return this.transport.call(operations.resumeQueue, { path: { queue } }, options);
  }

  /** Lists the workers that are alive, with what each takes and does. */
  workers(options?: CallOptions): Promise<Workers> {
    return this.transport.call(operations.listWorkers, {}, options);
  }
}

function readBaseUrl(text: string): string {
  const url = new URL(text);
  if (!/^https?:$/.test(url.protocol)) throw new TypeError(`${text} must be an http(s) URL`);
  return url.origin + url.pathname.replace(/\/+$/, '');
}
