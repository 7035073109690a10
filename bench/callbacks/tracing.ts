import type { BenchmarkOptions } from '../harness/benchmark.js';
import type { Report } from '../harness/report.js';
import { ratioOf, showSpread, spreadOf } from '../harness/spread.js';
import { connections, type Measurement, openCallbackRange } from './callback-range.js';
import { openDoNothing, openLandfall } from './contestants.js';

const requestsPerSecond = 25_000;

/** Share of callbacks that are traced, by label. */
const shares = { off: null, '1 %': 0.01, '100 %': 1 } as const;
type Share = keyof typeof shares;
const names = Object.keys(shares) as Share[];

/**
 * The cost of tracing for callbacks: an api without tracing and two that export to a collector which discards
 * everything, alternating. Each turn starts a new process, because two identical processes can differ by up to a
 * tenth in speed for their whole lifetime.
 */
export async function measureTracing({ rounds, seconds, signal, say }: BenchmarkOptions): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const range = await openCallbackRange(stack, Math.ceil(requestsPerSecond * Math.max(seconds, 3)), say);
  const collector = stack.use(await openDoNothing());
  const measured: Record<Share, Measurement[]> = { off: [], '1 %': [], '100 %': [] };
  for (let round = 1; round <= rounds; round += 1) {
    // Every second round runs in reverse order, so that no contestant always benefits from running first.
    for (const name of round % 2 === 1 ? names : names.toReversed()) {
      signal.throwIfAborted();
      const env = settingsOf(shares[name], collector.program.url);
      await using contestant = await openLandfall(range.surroundings, 'traced', env);
      await contestant.clear();
      await range.warmUp(contestant);
      const result = await range.measure(contestant, { seconds });
      measured[name].push(result);
      say(`round ${round} of ${rounds}: ${name} ${Math.round(result.requestsPerSecond)}/s`);
    }
  }
  return report(measured, { rounds, seconds, connections });
}

function settingsOf(share: number | null, collectorUrl: string): Record<string, string> {
  if (share === null) return {};
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl,
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: String(share),
  };
}

function report(measured: Readonly<Record<Share, Measurement[]>>, settings: object): Report {
  const over = (name: Share, pick: (round: Measurement) => number) => measured[name].map(pick);
  const against = (name: Share, pick: (round: Measurement) => number) =>
    ratioOf(over(name, pick), over('off', pick));
  const requests = (round: Measurement) => round.requestsPerSecond;
  const cpu = (round: Measurement) => round.cpuPerRequestUs;
  const figures = names.map((name) => ({
    name,
    requestsPerSecond: spreadOf(over(name, requests)),
    cpuPerRequestUs: spreadOf(over(name, cpu)),
    requestsAgainstOff: against(name, requests),
    cpuAgainstOff: against(name, cpu),
  }));
  return {
    name: 'callbacks-tracing',
    ratios: { onePercent: against('1 %', requests), all: against('100 %', requests) },
    facts: { settings, figures },
    tables: [
      [
        ['traced', 'requests/s: median (min–max)', 'against off', 'CPU µs/request', 'against off'],
        ...figures.map((figure) => [
          figure.name,
          showSpread(figure.requestsPerSecond, 0),
          showSpread(figure.requestsAgainstOff, 2),
          figure.cpuPerRequestUs.median.toFixed(0),
          showSpread(figure.cpuAgainstOff, 2),
        ]),
      ],
    ],
    notes: [],
  };
}
