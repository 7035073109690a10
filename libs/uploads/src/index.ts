/**
 * uploads: our rows for what landed in OSS and what is made of it: entities, the registry that writes new ones, the
 * changes of state that the worker makes, and the reader that answers queries.
 *
 * Does not belong here: HTTP, OSS, queues. A new column goes into the entity, a migration and `upload-view.ts`.
 */
export * from './upload.entity.js';
export * from './rendition.entity.js';
export * from './removal.entity.js';
export * from './removals.js';
export * from './chunk.entity.js';
export * from './stream-key.entity.js';
export * from './stream-keys.js';
export * from './upload-entities.js';
export * from './upload-registry.js';
export type { RegisteredUpload } from './insert-uploads.js';
export * from './landing.js';
export * from './confirm-landing.js';
export { standingIdOf } from './standing-upload.js';
export * from './upload-states.js';
export * from './rendition-states.js';
export * from './cancel-upload.js';
export * from './rendition-progress.js';
export * from './chunks.js';
export * from './upload-reader.js';
export * from './upload-filter.js';
export * from './upload-view.js';
export * from './sweep-uploads.js';
export * from './reprocess-upload.js';
export * from './reprocess-uploads.js';
export * from './ticket.entity.js';
export * from './ticket-nonce.js';
export * from './tickets.js';
