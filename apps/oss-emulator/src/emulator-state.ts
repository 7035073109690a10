import type { Logger } from '#runtime';
import type { AccessKey } from './http/access-keys.js';
import type { Buckets } from './buckets/buckets.js';
import type { CallbackJournal } from './callbacks/journal.js';
import type { CallbackKey } from './callbacks/key.js';

/** What the operations of a running emulator share. */
export interface EmulatorState {
  readonly buckets: Buckets;
  readonly callbackKey: CallbackKey;
  readonly journal: CallbackJournal;
  /** General region id, such as cn-hangzhou. */
  readonly region: string;
  /** Under which others reach the emulator. */
  readonly publicUrl: URL;
  readonly keys: readonly AccessKey[];
  readonly logger: Logger;
  /** Limit for one callback attempt. */
  readonly callbackTimeoutMs: number;
  /** Aborts when the emulator closes: no callback is worth waiting for any more. */
  readonly closing: AbortSignal;
}
