/**
 * runtime: what every process needs, whatever it does: configuration, errors, logging, metrics, shutdown.
 *
 * Does not belong here: logic of OSS, uploads, queues or media. A new setting goes into its section in
 * `settings/`, a new error code into `errors.ts` of the room that owns it, a warning into
 * `warning-table.ts`.
 */
export { type Capacity, readCapacity, sizeThreadPool } from './capacity.js';
export { closedHeaders } from './closed-headers.js';
export { configSections } from './settings/index.js';
export { type Config, developmentSecrets, loadConfig, type SectionName } from './load-config.js';
export { defineErrors, type ErrorCode, errorRowOf, httpStatusOf, listErrors } from './error-table.js';
export { firstIdOf, newId, newIdAfter, timeOfId } from './ids.js';
export { isLandfallError, LandfallError, toLandfallError } from './landfall-error.js';
export { createLogger, type Logger, nestLogger } from './logger.js';
export {
  counter,
  type EventCounter,
  gauge,
  gauges,
  histogram,
  measureProcess,
  metricsContentType,
  printMetrics,
  type Sample,
} from './metrics.js';
export { type Problem, problemOf } from './problem.js';
export { sandboxEnvironment } from './sandbox-environment.js';
export { settleAll } from './settle-all.js';
export { closeOnSignal, tellReady } from './shutdown.js';
export { pause, withTimeLimit } from './time-limit.js';
export { type WarningCode, warningTable } from './warning-table.js';
export { writeStream } from './write-stream.js';
