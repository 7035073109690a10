/**
 * local: what a developer's machine needs beside Node: an embedded Postgres, Redis for the tests, ffmpeg, free ports.
 *
 * The flags that programs get here are those of the Dockerfile.
 * Does not belong here: anything that runs in production, and anything that knows of uploads or media.
 * One more system package: a row in `system-tools.ts`. One more service: a file that exports `start<Service>`,
 * returning its address and `stop`.
 */
import './errors.js';

export { nodeFlags, workerFlags } from './node-flags.js';
export { freePort, portIsFree } from './ports.js';
export { type LocalPostgres, type PostgresOptions, startPostgres } from './postgres.js';
export { commandLineOf, endProcesses, findMarkedProcesses, isRunning } from './processes.js';
export { type LocalRedis, startRedis } from './redis.js';
export { ensureChromium, ensureFfmpeg, ensureRedis, type Ffmpeg, findChromium } from './system-tools.js';
