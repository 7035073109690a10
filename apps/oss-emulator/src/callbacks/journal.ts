import type { FaultName } from '../faults/fault-table.js';
import type { CallbackAttempt, CallbackOrder } from './attempt.js';

const maxEntries = 1000;
const maxRequestBytes = 64 * 1024;
const maxAnswerBytes = 16 * 1024;

/** Headers of an answer that may explain OSS's verdict. */
const shownHeaders = new Set(
  'content-type content-length transfer-encoding location retry-after server via x-request-id'.split(' '),
);

interface JournalBody {
  readonly body: string;
  /** Whether `body` is truncated. */
  readonly bodyIsCut: boolean;
}

/** One call: `landfall callback explain` reads `request`. */
export interface JournalEntry {
  /** Counts from 1 at the emulator's start. */
  readonly number: number;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly bucket: string;
  readonly objectKey: string;
  readonly operation: string;
  /** Id of the upload request. */
  readonly requestId: string;
  readonly url: string;
  /** Includes the signature: its key belongs to the emulator and is useless elsewhere. */
  readonly request: JournalBody & {
    readonly method: string;
    readonly target: string;
    readonly headers: Readonly<Record<string, string>>;
  };
  readonly answer:
    | (JournalBody & { readonly status: number; readonly headers: Readonly<Record<string, string>> })
    | null;
  /** Why this URL failed. */
  readonly failure: string | null;
  /** The faults of the emulator that were applied to it. */
  readonly faults: readonly FaultName[];
  /** The outcome of all URLs together: the last one decides. */
  readonly uploaderGot: { readonly status: 200 | 203; readonly message: string | null };
}

interface JournalSelection {
  readonly objectKey?: string | undefined;
  readonly before?: number | undefined;
}

/** The last thousand sent callbacks, in memory. */
export class CallbackJournal {
  readonly #entries: JournalEntry[] = [];
  #lastNumber = 0;

  /** Records the calls of one upload. */
  record(order: CallbackOrder, attempts: readonly CallbackAttempt[], faults: readonly FaultName[]): void {
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
        faults,
        uploaderGot,
      });
    }
    this.#entries.splice(0, this.#entries.length - maxEntries);
  }

  /** Newest first; only those of one object key, and older than that of a number, if given. */
  list(limit: number, { objectKey, before = Infinity }: JournalSelection = {}): JournalEntry[] {
    return this.#entries
      .filter((entry) => entry.number < before && (objectKey === undefined || entry.objectKey === objectKey))
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
