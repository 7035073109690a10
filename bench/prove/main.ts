import { parseArgs } from 'node:util';
import { describeMachine } from '../harness/machine.js';
import { printJson, printReport } from '../harness/report.js';
import { defaults } from './benchmark.js';
import type { Backend } from './parts/base.js';
import { prove } from './prove.js';
import { proveRolling } from './rolling/prove-rolling.js';
import { findRelease } from './rolling/release.js';
import { tellRolling } from './rolling/tell-rolling.js';
import { tellOutcome } from './tell.js';

const usage =
  'npm run prove -- [--rolling [--from folder]] [--uploads N] [--seed N] [--backend redis|postgres|both] [--rate per second] [--json]';
/** Three minutes at 300 uploads per minute. */
const rollingDefaults = { uploads: 900, perSecond: 5 };

const { values } = parseArgs({
  options: {
    rolling: { type: 'boolean', default: false },
    from: { type: 'string' },
    uploads: { type: 'string' },
    seed: { type: 'string', default: String(defaults.seed) },
    backend: { type: 'string', default: 'both' },
    rate: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const usual = values.rolling ? rollingDefaults : defaults;
const uploads = Number(values.uploads ?? usual.uploads);
const seed = Number(values.seed);
const perSecond = Number(values.rate ?? usual.perSecond);
const backends: readonly Backend[] = (['postgres', 'redis'] as const).filter((backend) =>
  [backend, 'both'].includes(values.backend),
);
const isCount = (value: number) => Number.isInteger(value) && value > 0;
const isSensible = isCount(uploads) && isCount(seed) && perSecond > 0 && backends.length > 0;
if (!isSensible || (values.from !== undefined && !values.rolling)) {
  console.error(usage);
  process.exit(1);
}

// Aborting the signal unwinds everything, so that all programs are stopped in order. Not `once`, because the signal
// may be sent repeatedly.
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => interrupted.abort(new Error(`interrupted by ${signal}`)));
}
const run = { uploads, seed, perSecond, signal: interrupted.signal, say: console.error };

/** Runs the crash suite or the rolling restart. */
async function proveOnce(backend: Backend) {
  if (!values.rolling) {
    const outcome = await prove({ ...run, backend });
    return { holds: outcome.holds, report: tellOutcome(outcome, run) };
  }
  const rolling = { ...run, other: values.from === undefined ? null : findRelease(values.from) };
  const outcome = await proveRolling({ ...rolling, backend });
  return { holds: outcome.holds, report: tellRolling(outcome, rolling) };
}

try {
  for (const backend of backends) {
    const machine = describeMachine();
    const { holds, report } = await proveOnce(backend);
    if (values.json) printJson(report, machine);
    else printReport(report, machine);
    if (!holds) process.exitCode = 1;
  }
} catch (error) {
  console.error(interrupted.signal.aborted ? String(interrupted.signal.reason) : error);
  process.exitCode = 1;
}
