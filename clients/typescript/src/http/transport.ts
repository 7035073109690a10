import type { AnswerOf, Operation, OperationData, RequestValues } from './operation.js';
import { LandfallProblem, LandfallUnreachable, readProblem } from './problem.js';
import { writePath, writeQuery } from './query.js';
import { backoffMs, beforeAbort, wait } from './wait.js';

/** A key or token, or a function called before each request, since tokens expire soon. */
export type Credential = string | (() => string | Promise<string>);

export interface TransportOptions {
  readonly baseUrl: string;
  readonly credential: Credential;
  readonly fetch: typeof fetch;
  /** Time limit for one attempt, including its response, in milliseconds. */
  readonly timeoutMs: number;
  /** Number of retries after the first attempt. */
  readonly maxRetries: number;
  /** Longest `Retry-After` that is honoured, in milliseconds; beyond it, the call fails. */
  readonly maxRetryAfterMs: number;
}

/** Options of a call. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** Calls with the same key are executed once; each call gets its own key by default. */
  readonly idempotencyKey?: string;
}

/** Options of a call that changes something. */
export interface ChangeOptions extends CallOptions {
  /**
   * The entity tag from reading it (`uploads.getWithTag`). If it has changed since, nothing is changed and the error
   * has the code `upload.changed`. Such a call is never retried, since after a retry the error could be due to the
   * call's own first attempt.
   */
  readonly ifMatch?: string;
}

const retryBaseMs = 250;
const retryMaxMs = 5_000;
const passing = new Set([429, 502, 503, 504]);

/** Sends requests with credential, time limits and retries, and reads the responses. */
export class Transport {
  constructor(private readonly options: TransportOptions) {}

  get timeoutMs(): number {
    return this.options.timeoutMs;
  }

  /**
   * Calls an operation.
   * @throws LandfallProblem, LandfallUnreachable, or the signal's abort reason
   */
  call<Data extends OperationData, Answers>(
    operation: Operation<Data, Answers>,
    values: Omit<Data, 'url' | 'headers'>,
    options: ChangeOptions = {},
  ): Promise<AnswerOf<Answers>> {
    return this.request(operation, values, options, readJson<AnswerOf<Answers>>);
  }

  /** Like `call`, but also returns the entity tag of the response, or an empty string if it has none. */
  callForTag<Data extends OperationData, Answers>(
    operation: Operation<Data, Answers>,
    values: Omit<Data, 'url' | 'headers'>,
    options: CallOptions = {},
  ): Promise<{ body: AnswerOf<Answers>; tag: string }> {
    return this.request(operation, values, options, async (answer) => ({
      body: await readJson<AnswerOf<Answers>>(answer),
      tag: answer.headers.get('etag') ?? '',
    }));
  }

  private async request<Data extends OperationData, Answers, Read>(
    { method, path, isRepeatable, takesKey }: Operation<Data, Answers>,
    values: Omit<Data, 'url' | 'headers'>,
    { signal, idempotencyKey, ifMatch, timeoutMs = this.options.timeoutMs }: ChangeOptions,
    read: (answer: Response) => Promise<Read>,
  ): Promise<Read> {
    const given = values as RequestValues;
    const url = writePath(path, given.path ?? {}) + writeQuery(given.query ?? {});
    const headers: Record<string, string> = { accept: 'application/json' };
    if (takesKey) headers['idempotency-key'] = idempotencyKey ?? crypto.randomUUID();
    if (ifMatch !== undefined) headers['if-match'] = ifMatch;
    const request: RequestInit = { method, headers };
    if (given.body !== undefined) {
      headers['content-type'] = 'application/json';
      request.body = JSON.stringify(given.body);
    }
    const attempt = () =>
      this.exchange(url, request, { signal, limit: AbortSignal.timeout(timeoutMs) }, read);
    const mayRepeat = (isRepeatable || takesKey) && ifMatch === undefined;
    return mayRepeat ? this.retry(attempt, signal) : attempt();
  }

  /**
   * Opens a stream. The time limit applies only until the headers arrive; the signal also ends the stream.
   * @throws LandfallProblem, LandfallUnreachable, or the signal's abort reason
   */
  async open(
    url: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>> {
    const tooLate = new AbortController();
    const timer = setTimeout(
      () => tooLate.abort(new Error('no response within the time limit')),
      this.options.timeoutMs,
    );
    const request: RequestInit = { headers: { accept: 'text/event-stream', ...headers }, cache: 'no-store' };
    try {
      return await this.exchange(url, request, { signal, limit: tooLate.signal }, readBody);
    } finally {
      clearTimeout(timer);
    }
  }

  private async exchange<Read>(
    url: string,
    request: RequestInit,
    { signal, limit }: { signal: AbortSignal | undefined; limit: AbortSignal },
    read: (answer: Response) => Promise<Read>,
  ): Promise<Read> {
    signal?.throwIfAborted();
    const { baseUrl, fetch } = this.options;
    const ends = signal ? AbortSignal.any([signal, limit]) : limit;
    const authorization = `Bearer ${await this.readCredential(signal, ends)}`;
    try {
      const answer = await fetch(baseUrl + url, {
        ...request,
        headers: { ...(request.headers as Record<string, string>), authorization },
        // A redirect would turn a POST into a GET and expose the key to another server.
        redirect: 'error',
        signal: ends,
      });
      if (!answer.ok) throw await readProblem(answer);
      return await read(answer);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof LandfallProblem) throw error;
      throw new LandfallUnreachable(`no response from ${baseUrl}: ${String(error)}`, { cause: error });
    }
  }

  private async readCredential(signal: AbortSignal | undefined, ends: AbortSignal): Promise<string> {
    const { credential } = this.options;
    if (typeof credential === 'string') return credential;
    try {
      return await beforeAbort(credential(), ends);
    } catch (error) {
      if (error !== ends.reason || signal?.aborted) throw error;
      throw new LandfallUnreachable('no token within the time limit', { cause: error });
    }
  }

  /** Whether a refused request may succeed with a fresh token. */
  isRenewable(error: unknown): boolean {
    const { credential } = this.options;
    return error instanceof LandfallProblem && error.status === 401 && typeof credential === 'function';
  }

  /** Retries transient errors, after the pause that the server asks for or a random backoff. */
  private async retry<Answer>(attempt: () => Promise<Answer>, signal?: AbortSignal): Promise<Answer> {
    const { maxRetries, maxRetryAfterMs } = this.options;
    for (let failures = 1; ; failures += 1) {
      try {
        return await attempt();
      } catch (error) {
        const pauseMs = this.isRenewable(error) && failures === 1 ? 0 : pauseAfter(error, failures);
        if (pauseMs === null || pauseMs > maxRetryAfterMs || failures > maxRetries) throw error;
        await wait(pauseMs, signal);
      }
    }
  }
}

/** The pause before a retry in milliseconds; null if a retry would fail the same way. */
function pauseAfter(error: unknown, failures: number): number | null {
  const ownMs = backoffMs(failures, retryBaseMs, retryMaxMs);
  if (error instanceof LandfallUnreachable) return ownMs;
  if (!(error instanceof LandfallProblem)) return null;
  // An earlier attempt is still running; a retry gets its result.
  if (!passing.has(error.status) && error.code !== 'idempotency.key_in_use') return null;
  return error.retryAfterMs === null ? ownMs : error.retryAfterMs + ownMs;
}

async function readJson<Answer>(answer: Response): Promise<Answer> {
  const text = await answer.text();
  return (text === '' ? undefined : JSON.parse(text)) as Answer;
}

async function readBody({ body }: Response): Promise<ReadableStream<Uint8Array>> {
  if (!body) throw new Error('the response has no body');
  return body as ReadableStream<Uint8Array>;
}
