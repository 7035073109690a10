import type { FaultName } from '../faults/fault-table.js';
import { showAnswer, showRequest, type ShownAnswer, type ShownRequest } from '../wire/shown-http.js';
import type { CallbackAttempt, CallbackOrder } from './attempt.js';

const maxEntries = 1000;
/** One call. `landfall callback explain` reads `request`. */
export interface JournalEntry {
  /** Counts from 1 since the emulator started. */
  readonly number: number;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly bucket: string;
  readonly objectKey: string;
  readonly operation: string;
  /** Id of the upload request. */
  readonly requestId: string;
  readonly url: string;
  /** Includes the signature, which is made with the emulator's own key and is useless elsewhere. */
  readonly request: ShownRequest;
  readonly answer: ShownAnswer | null;
  /** Why this URL failed. */
  readonly failure: string | null;
  /** The emulator faults applied to this call. */
  readonly faults: readonly FaultName[];
  /** The outcome for the upload as a whole; the last URL decides. */
  readonly uploaderGot: { readonly status: 200 | 203; readonly message: string | null };
}

interface JournalSelection {
  readonly objectKey?: string | undefined;
  readonly before?: number | undefined;
}

/** The last 1,000 callback calls, in memory. */
export class CallbackJournal {
  readonly #entries: JournalEntry[] = [];
  #lastNumber = 0;

  /** Records the calls made for one upload. */
  record(order: CallbackOrder, attempts: readonly CallbackAttempt[], faults: readonly FaultName[]): void {
    const last = attempts.at(-1)?.failure ?? null;
    const uploaderGot = { status: last ? 203 : 200, message: last?.message ?? null } as const;
    const { bucket, objectKey, operation, requestId } = order;
    for (const { request, answer, startedAt, durationMs, failure } of attempts) {
      this.#entries.push({
        number: ++this.#lastNumber,
        startedAt: startedAt.toISOString(),
        durationMs,
        bucket,
        objectKey,
        operation,
        requestId,
        url: request.url,
        request: showRequest(request),
        answer: answer && showAnswer(answer),
        failure: failure?.message ?? null,
        faults,
        uploaderGot,
      });
    }
    this.#entries.splice(0, this.#entries.length - maxEntries);
  }

  /** Newest first; optionally only those for one object key or with a number less than `before`. */
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
