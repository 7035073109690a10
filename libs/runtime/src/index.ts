/**
 * runtime: what any process needs before it knows of media: configuration, errors, logging, shutdown.
 *
 * Does not belong here: anything that knows of OSS, uploads, queues or media.
 * A new setting goes into `config-sections.ts`; a new error code goes into `error-table.ts`, of a warning into `warning-table.ts`.
 */
export * from './capacity.js';
export * from './config.js';
export * from './config-sections.js';
export * from './error-table.js';
export * from './guest-environment.js';
export * from './ids.js';
export * from './landfall-error.js';
export * from './logger.js';
export * from './metrics.js';
export * from './settle-all.js';
export * from './shutdown.js';
export * from './time-limit.js';
export * from './warning-table.js';
export * from './write-stream.js';
