import { collectDefaultMetrics, Counter, Gauge, Histogram, register } from 'prom-client';
import { version } from './version.js';

/** Counts events by one label. */
export interface EventCounter {
  /** Adds one event with this value of the label, or `events` of them. */
  count(value: string, events?: number): void;
}

/** The value of a gauge for one set of labels. */
export type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/**
 * Declares a counter of this process with one label. Names begin with `landfall_` and end with the unit or `_total`.
 * Events are counted in a map that is passed to prom-client when the metrics are read, because it hashes the labels on every
 * increment, which would slow down callbacks.
 */
export function counter(name: string, help: string, label: string): EventCounter {
  const counts = new Map<string, number>();
  register.registerMetric(
    new Counter({
      name,
      help,
      labelNames: [label],
      registers: [],
      collect() {
        this.reset();
        for (const [value, events] of counts) this.inc({ [label]: value }, events);
      },
    }),
  );
  return { count: (value, events = 1) => void counts.set(value, (counts.get(value) ?? 0) + events) };
}

/** Declares a gauge of this process, whose value is read with the metrics. */
export function gauge(name: string, help: string, read: () => number): void {
  gauges(name, help, [], () => [[{}, read()]]);
}

/**
 * Declares a gauge with labels, whose values are all read with the metrics. If that fails it has no values, because old ones
 * would look current.
 */
export function gauges(
  name: string,
  help: string,
  labelNames: readonly string[],
  read: () => Iterable<Sample> | Promise<Iterable<Sample>>,
): void {
  const declared = new Gauge({
    name,
    help,
    labelNames: [...labelNames],
    registers: [],
    async collect() {
      const samples = await Promise.resolve()
        .then(read)
        .catch((): Sample[] => []);
      this.reset();
      // Without labels, `reset` leaves a value of 0 behind.
      if (labelNames.length === 0) this.remove();
      for (const [labels, value] of samples) this.set(labels, value);
    },
  });
  register.registerMetric(declared);
}

/** Declares a histogram of this process. */
export function histogram(
  name: string,
  help: string,
  buckets: readonly number[],
  labelNames: readonly string[] = [],
): Histogram {
  return new Histogram({ name, help, buckets: [...buckets], labelNames: [...labelNames] });
}

/** Declares the metrics of every process: version, memory, CPU, event loop. Call once. */
export function measureProcess(): void {
  collectDefaultMetrics();
  gauges('landfall_build_info', 'Always 1; the version is a label', ['version'], () => [[{ version }, 1]]);
}

/** All metrics of this process in the text format of Prometheus. */
export function printMetrics(): Promise<string> {
  return register.metrics();
}

/** The content type of `printMetrics`. */
export const metricsContentType = register.contentType;
