import { parseArgs } from 'node:util';
import { describeMachine } from '../harness/machine.js';
import { printJson, printReport } from '../harness/report.js';
import { defaults } from './benchmark.js';
import type { Backend } from './parts/stack.js';
import { prove } from './prove.js';
import { tellOutcome } from './tell.js';

const usage =
  'npm run prove -- [--uploads N] [--seed N] [--backend redis|postgres|both] [--rate per second] [--json]';

const { values } = parseArgs({
  options: {
    uploads: { type: 'string', default: String(defaults.uploads) },
    seed: { type: 'string', default: String(defaults.seed) },
    backend: { type: 'string', default: 'both' },
    rate: { type: 'string', default: String(defaults.perSecond) },
    json: { type: 'boolean', default: false },
  },
});
const [uploads, seed, perSecond] = [values.uploads, values.seed, values.rate].map(Number);
const backends: readonly Backend[] = (['postgres', 'redis'] as const).filter((backend) =>
  [backend, 'both'].includes(values.backend),
);
const isCount = (value: number | undefined): value is number => Number.isInteger(value) && Number(value) > 0;
if (!isCount(uploads) || !isCount(seed) || !(Number(perSecond) > 0) || backends.length === 0) {
  console.error(usage);
  process.exit(1);
}

// What was started is ended in order: everything unwinds when the signal aborts. Not once: whoever ends us may say so again.
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => interrupted.abort(new Error(`interrupted by ${signal}`)));
}
try {
  for (const backend of backends) {
    const machine = describeMachine();
    const run = {
      uploads,
      seed,
      perSecond: Number(perSecond),
      signal: interrupted.signal,
      say: console.error,
    };
    const outcome = await prove({ ...run, backend });
    const report = tellOutcome(outcome, run);
    if (values.json) printJson(report, machine);
    else printReport(report, machine);
    if (!outcome.holds) process.exitCode = 1;
  }
} catch (error) {
  console.error(interrupted.signal.aborted ? String(interrupted.signal.reason) : error);
  process.exitCode = 1;
}
