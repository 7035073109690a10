import { parseArgs } from 'node:util';
import { measureFullTable } from './callbacks/full-table.js';
import { measureSoak } from './callbacks/soak.js';
import { measureSteadyRates } from './callbacks/steady.js';
import { measureThroughput } from './callbacks/throughput.js';
import { measureEmulator } from './emulator/uploads.js';
import { measureFirstThumbnail } from './images/first-thumbnail.js';
import { measureImageMemory } from './images/memory.js';
import { measureImageQuality } from './images/quality.js';
import { measureImages } from './images/throughput.js';
import { describeMachine } from './harness/machine.js';
import { measureMigration } from './callbacks/migration-online.js';
import { printJson, printReport } from './harness/report.js';
import { measureProof } from './prove/benchmark.js';
import { measureReconcile } from './reconcile/reconcile.js';
import { measureChunks } from './videos/chunked.js';
import { measureLadder } from './videos/ladder.js';
import { measureVideoMemory } from './videos/memory.js';
import { measurePoster } from './videos/poster.js';

const benchmarks = {
  'callbacks-throughput': measureThroughput,
  'callbacks-steady': measureSteadyRates,
  'callbacks-full-table': measureFullTable,
  'callbacks-soak': measureSoak,
  'images-throughput': measureImages,
  'images-first-thumbnail': measureFirstThumbnail,
  'images-memory': measureImageMemory,
  'images-quality': measureImageQuality,
  'emulator-uploads': measureEmulator,
  'migration-online': measureMigration,
  'prove-postgres': measureProof('postgres'),
  'prove-redis': measureProof('redis'),
  reconcile: measureReconcile,
  'videos-ladder': measureLadder,
  'videos-poster': measurePoster,
  'videos-chunked': measureChunks,
  'videos-memory': measureVideoMemory,
};
const usage = `npm run bench -- NAME [--json] [--rounds N] [--seconds N]
NAME is one of ${Object.keys(benchmarks).join(', ')}, or the beginning of several: callbacks, emulator, images, prove, reconcile, videos`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
  },
});
const [name] = positionals;
const chosen = Object.entries(benchmarks).filter(([known]) => name && known.startsWith(name));
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
if (chosen.length === 0 || !(Number.isInteger(rounds) && rounds > 0) || !(seconds > 0)) {
  console.error(usage);
  process.exit(1);
}

// What was started is ended in order: everything unwinds when the signal aborts.
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => interrupted.abort(new Error(`interrupted by ${signal}`)));
}
try {
  for (const [, measure] of chosen) {
    const machine = describeMachine();
    const report = await measure({ rounds, seconds, signal: interrupted.signal, say: console.error });
    if (values.json) printJson(report, machine);
    else printReport(report, machine);
  }
} catch (error) {
  console.error(interrupted.signal.aborted ? String(interrupted.signal.reason) : error);
  process.exitCode = 1;
}
