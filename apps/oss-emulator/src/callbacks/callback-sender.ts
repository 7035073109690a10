import type { Logger } from '#runtime';
import type { Faults } from '../faults/faults.js';
import type { Overtaking } from '../faults/overtaking.js';
import type { CallbackJournal } from './journal.js';
import type { CallbackKey } from './key.js';

/** The parts of a running emulator that sending callbacks requires. */
export interface CallbackSender {
  readonly callbackKey: CallbackKey;
  readonly journal: CallbackJournal;
  readonly faults: Faults;
  /** For `callback.reorder`. */
  readonly overtaking: Overtaking;
  /** URL at which clients reach the emulator. */
  readonly publicUrl: URL;
  readonly logger: Logger;
  /** Time limit for one callback attempt. */
  readonly callbackTimeoutMs: number;
  /** Aborts when the emulator closes; pending callbacks are then abandoned. */
  readonly closing: AbortSignal;
}
