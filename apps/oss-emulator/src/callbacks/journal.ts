import type { CallbackAttempt, CallbackOrder } from './attempt.js';

const maxEntries = 1000;
const maxRequestBytes = 64 * 1024;
const maxAnswerBytes = 16 * 1024;

/** Headers of an answer that may explain what OSS made of it. */
const shownHeaders = new Set(
  'content-type content-length transfer-encoding location retry-after server via x-request-id'.split(' '),
);

interface JournalBody {
  readonly body: string;
  /** Whether `body` is only the beginning. */
  readonly bodyIsCut: boolean;
}

/** One call that was made: `request` is what `landfall callback explain` reads. */
export interface JournalEntry {
  /** Counts from 1 at the emulator's start. */
  readonly number: number;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly bucket: string;
  readonly objectKey: string;
  readonly operation: string;
  /** Id of the upload's request. */
  readonly requestId: string;
  readonly url: string;
  /** The signature is shown: its key is the emulator's own and good for nothing else. */
  readonly request: JournalBody & {
    readonly method: string;
    readonly target: string;
    readonly headers: Readonly<Record<string, string>>;
  };
  readonly answer:
    | (JournalBody & { readonly status: number; readonly headers: Readonly<Record<string, string>> })
    | null;
  /** Why this URL did not count. */
  readonly failure: string | null;
  /** What came of all URLs together: the last one decides. */
  readonly uploaderGot: { readonly status: 200 | 203; readonly message: string | null };
}

/** The callbacks that were sent, the last thousand of them, in memory. */
export class CallbackJournal {
  readonly #entries: JournalEntry[] = [];
  #lastNumber = 0;

  /** Writes down the calls of one upload. */
  record(order: CallbackOrder, attempts: readonly CallbackAttempt[]): void {
    const last = attempts.at(-1)?.failure ?? null;
    const uploaderGot = { status: last ? 203 : 200, message: last?.message ?? null } as const;
    const { bucket, objectKey, operation, requestId } = order;
    for (const { request, answer, startedAt, durationMs, failure } of attempts) {
      const { url, method, target, headers } = request;
      this.#entries.push({
        number: ++this.#lastNumber,
        startedAt: startedAt.toISOString(),
        durationMs,
        bucket,
        objectKey,
        operation,
        requestId,
        url,
        request: { method, target, headers, ...showBody(request.body, maxRequestBytes) },
        answer: answer && {
          status: answer.status,
          headers: showHeaders(answer.headers),
          ...showBody(answer.body, maxAnswerBytes),
        },
        failure: failure?.message ?? null,
        uploaderGot,
      });
    }
    this.#entries.splice(0, this.#entries.length - maxEntries);
  }

  /** Newest first; only of one object key when that is given. */
  list(limit: number, objectKey?: string): JournalEntry[] {
    return this.#entries
      .filter((entry) => objectKey === undefined || entry.objectKey === objectKey)
      .slice(-limit)
      .toReversed();
  }

  find(number: number): JournalEntry | undefined {
    return this.#entries.find((entry) => entry.number === number);
  }
}

/** The request as raw HTTP. */
export function writeHttp({ method, target, headers, body }: JournalEntry['request']): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`${method} ${target} HTTP/1.1`, ...lines, '', body].join('\r\n');
}

function showBody(bytes: Buffer, maxBytes: number): JournalBody {
  return { body: bytes.toString('utf8', 0, maxBytes), bodyIsCut: bytes.length > maxBytes };
}

function showHeaders(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  const shown = Object.entries(headers).filter(([name]) => shownHeaders.has(name));
  return Object.fromEntries(shown.map(([name, value]) => [name, String(value)]));
}
