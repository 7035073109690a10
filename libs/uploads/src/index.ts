/**
 * uploads: our rows for what landed in OSS and what is made of it: entities, the registry that writes new ones, the
 * changes of state that the worker makes, and the reader that answers queries.
 *
 * Does not belong here: HTTP, OSS, queues. A new column goes into the entity, a migration and `upload-view.ts`.
 */
export * from './rows/upload.entity.js';
export * from './rows/rendition.entity.js';
export * from './rows/removal.entity.js';
export * from './making/removals.js';
export * from './rows/chunk.entity.js';
export * from './rows/stream-key.entity.js';
export * from './making/stream-keys.js';
export * from './rows/upload-entities.js';
export * from './landing/upload-registry.js';
export type { RegisteredUpload } from './landing/insert-uploads.js';
export * from './landing/landing.js';
export * from './landing/confirm-landing.js';
export { standingIdOf } from './landing/standing-upload.js';
export * from './making/upload-states.js';
export * from './making/rendition-states.js';
export * from './requests/cancel-upload.js';
export * from './making/rendition-progress.js';
export * from './making/chunks.js';
export * from './reading/upload-reader.js';
export * from './reading/upload-filter.js';
export * from './reading/upload-view.js';
export * from './making/sweep-uploads.js';
export * from './requests/reprocess-upload.js';
export * from './requests/reprocess-uploads.js';
export * from './rows/ticket.entity.js';
export * from './tickets/ticket-nonce.js';
export * from './tickets/tickets.js';
