/**
 * local: what a developer's machine needs beside Node: an embedded Postgres, Redis for the tests, ffmpeg, free ports.
 *
 * Does not belong here: anything that runs in production, and anything that knows of uploads or media.
 * One more system package: a row in `system-tools.ts`. One more service: a file that exports `start<Service>`,
 * returning its address and `stop`.
 */
export * from './ports.js';
export * from './postgres.js';
export * from './processes.js';
export * from './redis.js';
export * from './system-tools.js';
