/**
 * local: what a developer's machine needs besides Node: an embedded Postgres, Redis for the tests,
 * ffmpeg, free ports, a reader of the spans that our processes export.
 *
 * Programs get the same flags as in the Dockerfile. Does not belong here: anything that runs in
 * production, or that knows about uploads or media. One more system package: a row in
 * `system-tools.ts`. One more service: a file that exports `start<Service>`, returning its address
 * and `stop`.
 */
import './errors.js';

export { nodeFlags, workerFlags } from './node-flags.js';
export { freePort, portIsFree } from './ports.js';
export { type LocalPostgres, type PostgresOptions, startPostgres } from './postgres.js';
export { commandLineOf, endProcesses, findMarkedProcesses, isRunning } from './processes.js';
export { type ExportedSpan, readSpans } from './read-spans.js';
export { type LocalRedis, startRedis } from './redis.js';
export { ensureChromium, ensureFfmpeg, ensureRedis, type Ffmpeg, findChromium } from './system-tools.js';
