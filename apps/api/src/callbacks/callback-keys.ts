import { createPublicKey } from 'node:crypto';
import type { Logger } from '#runtime';
import { PublicKeys } from '../keys/public-keys.js';
import { keyLookups } from './callback-metrics.js';

/** Cache of the public keys that verify callbacks. Errors: callback.key_unavailable */
export class CallbackKeys extends PublicKeys {
  constructor(timeoutMs: number, logger: Logger) {
    super(
      { parse: createPublicKey, unavailable: 'callback.key_unavailable', lookups: keyLookups },
      timeoutMs,
      logger,
    );
  }
}
