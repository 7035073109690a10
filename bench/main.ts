import { parseArgs } from 'node:util';
import { measureCallbacks } from './callbacks.js';
import { measureFirstThumbnails } from './first-thumbnails.js';
import { describeMachine } from './machine.js';
import { printJson, printReport } from './report.js';

const benchmarks = { callbacks: measureCallbacks, 'first-thumbnails': measureFirstThumbnails };
const usage = `npm run bench -- ${Object.keys(benchmarks).join('|')} [--json] [--rounds N] [--seconds N]`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
  },
});
const [name] = positionals;
const benchmark = Object.entries(benchmarks).find(([known]) => known === name)?.[1];
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
if (!benchmark || !(Number.isInteger(rounds) && rounds > 0) || !(seconds > 0)) {
  console.error(usage);
  process.exit(1);
}

// What was started is ended in order: everything unwinds when the signal aborts.
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => interrupted.abort(new Error(`interrupted by ${signal}`)));
}
const machine = describeMachine();
try {
  const report = await benchmark({ rounds, seconds, signal: interrupted.signal, say: console.error });
  if (values.json) printJson(report, machine);
  else printReport(report, machine);
} catch (error) {
  console.error(interrupted.signal.aborted ? String(interrupted.signal.reason) : error);
  process.exitCode = 1;
}
