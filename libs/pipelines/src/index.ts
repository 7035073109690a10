/**
 * pipelines: the pipelines file: its schema, which uploads a pipeline matches, and the plan of renditions. Pure but for
 * reading the file.
 *
 * Does not belong here: making renditions (image, video) or storing the plan (uploads).
 * A new kind of rendition goes into `pipeline-schema.ts`; the worker then has to say who makes it.
 */
export * from './pipeline-schema.js';
export * from './load-pipelines.js';
export * from './plan-renditions.js';
