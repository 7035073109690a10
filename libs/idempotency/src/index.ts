/**
 * idempotency: lets a client repeat a request that creates something, and get the answer of the
 * first time (draft-ietf-httpapi-idempotency-key-header).
 *
 * Does not belong here: HTTP, and what is created. A route uses it by a decorator of the api.
 */
import './errors.js';

export { IdempotencyKey } from './idempotency-key.entity.js';
export { IdempotencyKeys, type KeyedRequest } from './idempotency-keys.js';
export { removeOldKeys } from './remove-old-keys.js';
