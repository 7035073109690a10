import type { Logger } from '#runtime';
import type { CallbackJournal } from './journal.js';
import type { CallbackKey } from './key.js';

/** What sending callbacks needs of a running emulator. */
export interface CallbackSender {
  readonly callbackKey: CallbackKey;
  readonly journal: CallbackJournal;
  /** Under which others reach the emulator. */
  readonly publicUrl: URL;
  readonly logger: Logger;
  /** Limit for one callback attempt. */
  readonly callbackTimeoutMs: number;
  /** Aborts when the emulator closes: no callback is worth waiting for any more. */
  readonly closing: AbortSignal;
}
