/**
 * idempotency: lets clients retry creating requests and get the response of the first attempt
 * (draft-ietf-httpapi-idempotency-key-header).
 *
 * Does not belong here: HTTP, and the requests themselves. Routes use it through a decorator of the api.
 */
import './errors.js';

export { IdempotencyKey } from './idempotency-key.entity.js';
export { IdempotencyKeys, type KeyedRequest } from './idempotency-keys.js';
export { removeOldKeys } from './remove-old-keys.js';
