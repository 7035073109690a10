/**
 * local: what a developer's machine needs besides Node: an embedded Postgres, Redis for the tests,
 * ffmpeg, free ports, a reader of exported spans, and the Node flags of the programs.
 *
 * Does not belong here: anything that runs in production, or that knows about uploads or media. To add
 * a system package, extend `packageManagers` in `system-tools.ts`. To add a service, add a file that
 * exports `start<Service>`, which returns its address and `stop`.
 */
import './errors.js';

export { nodeFlags, workerFlags } from './node-flags.js';
export { freePort, portIsFree } from './ports.js';
export { type LocalPostgres, type PostgresOptions, startPostgres } from './postgres.js';
export { commandLineOf, endProcesses, findMarkedProcesses, isRunning } from './processes.js';
export { type ExportedSpan, readSpans } from './read-spans.js';
export { type LocalRedis, startRedis } from './redis.js';
export { ensureChromium, ensureFfmpeg, ensureRedis, type Ffmpeg, findChromium } from './system-tools.js';
