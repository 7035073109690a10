import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { measureCapacity } from './capacity/capacity.js';
import { measureDay } from './capacity/day.js';
import { measureFullTable } from './callbacks/full-table.js';
import { measureSoak } from './callbacks/soak.js';
import { measureSteadyRates } from './callbacks/steady.js';
import { measureThroughput } from './callbacks/throughput.js';
import { measureTracing } from './callbacks/tracing.js';
import { measureEmulator } from './emulator/uploads.js';
import { measureDeliveries } from './events/deliveries.js';
import { measureFeed } from './events/feed.js';
import { measureEventLatency } from './events/latency.js';
import { measureStreams } from './events/streams.js';
import { measureFirstThumbnail } from './images/first-thumbnail.js';
import { measureImageMemory } from './images/memory.js';
import { measureImageQuality } from './images/quality.js';
import { measureImages } from './images/throughput.js';
import { compareResults, readResults, tellComparison } from './harness/compare.js';
import { describeMachine } from './harness/machine.js';
import { measureMigration } from './callbacks/migration-online.js';
import { printJson, printReport, printTable } from './harness/report.js';
import { measureTenMillion } from './queries/ten-million.js';
import { measureProof } from './prove/benchmark.js';
import { measureReconcile } from './reconcile/reconcile.js';
import { measureScaling } from './scaling/scaling.js';
import { measureWorkers } from './scaling/workers.js';
import { measureStart } from './start/start.js';
import { measureChunks } from './videos/chunked.js';
import { measureLadder } from './videos/ladder.js';
import { measureAutoLadder } from './videos/ladder-auto.js';
import { measureVideoMemory } from './videos/memory.js';
import { measurePoster } from './videos/poster.js';

const benchmarks = {
  'api-ten-million': measureTenMillion,
  'callbacks-throughput': measureThroughput,
  'callbacks-steady': measureSteadyRates,
  'callbacks-full-table': measureFullTable,
  'callbacks-soak': measureSoak,
  'callbacks-tracing': measureTracing,
  capacity: measureCapacity,
  'capacity-day': measureDay,
  'images-throughput': measureImages,
  'images-first-thumbnail': measureFirstThumbnail,
  'images-memory': measureImageMemory,
  'images-quality': measureImageQuality,
  'events-deliveries': measureDeliveries,
  'events-latency': measureEventLatency,
  'events-streams': measureStreams,
  'events-feed': measureFeed,
  'emulator-uploads': measureEmulator,
  'migration-online': measureMigration,
  'prove-postgres': measureProof('postgres'),
  'prove-redis': measureProof('redis'),
  reconcile: measureReconcile,
  'scaling-postgres': measureScaling('postgres'),
  'scaling-redis': measureScaling('redis'),
  'scaling-workers': measureWorkers,
  start: measureStart,
  'videos-ladder': measureLadder,
  'videos-ladder-auto': measureAutoLadder,
  'videos-poster': measurePoster,
  'videos-chunked': measureChunks,
  'videos-memory': measureVideoMemory,
};
const usage = `npm run bench -- NAME [--json] [--rounds N] [--seconds N] [--share 0.01] [--keep FOLDER]
npm run bench -- compare FILE FILE
NAME is all, one of ${Object.keys(benchmarks).join(', ')}, or the beginning of several: api, callbacks, capacity, emulator, events, images, prove, reconcile, scaling, start, videos`;

const { positionals, values } = readWords();
const [name, ...files] = positionals;
if (name === 'compare' && files.length === 2) {
  const [before = [], after = []] = await Promise.all(
    files.map(async (file) => readResults(await readFile(file, 'utf8'))),
  );
  const { table, note } = tellComparison(compareResults(before, after));
  printTable(table);
  console.log(note);
  process.exit(0);
}
const chosen = Object.entries(benchmarks).filter(
  ([known]) => name === 'all' || (name && known.startsWith(name)),
);
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const share = Number(values.share);
if (
  chosen.length === 0 ||
  !(Number.isInteger(rounds) && rounds > 0) ||
  !(seconds > 0) ||
  !(share > 0 && share <= 1)
) {
  console.error(usage);
  process.exit(1);
}

// Aborting the signal unwinds everything, so that all programs are stopped in order.
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => interrupted.abort(new Error(`interrupted by ${signal}`)));
}
try {
  for (const [, measure] of chosen) {
    const machine = describeMachine();
    const report = await measure({
      rounds,
      seconds,
      share,
      keep: values.keep,
      signal: interrupted.signal,
      say: console.error,
    });
    if (values.json) printJson(report, machine);
    else printReport(report, machine);
  }
} catch (error) {
  console.error(interrupted.signal.aborted ? String(interrupted.signal.reason) : error);
  process.exitCode = 1;
}

function readWords() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        keep: { type: 'string' },
        json: { type: 'boolean', default: false },
        rounds: { type: 'string', default: '5' },
        seconds: { type: 'string', default: '4' },
        share: { type: 'string', default: '1' },
      },
    });
  } catch {
    console.error(usage);
    process.exit(1);
  }
}
