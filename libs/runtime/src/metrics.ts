import { collectDefaultMetrics, Counter, Gauge, Histogram, register } from 'prom-client';

/** Counts events by one label. */
export interface EventCounter {
  /** One more event with this value of the label. */
  count(value: string): void;
}

/**
 * Declares a counter of this process with one label. Names begin with `landfall_` and end with the unit or `_total`.
 * Events are counted in a map and told when the metrics are read: prom-client hashes the labels at every increment, which
 * a callback would feel.
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
  return { count: (value) => void counts.set(value, (counts.get(value) ?? 0) + 1) };
}

/** Declares a gauge of this process, which is read when the metrics are. */
export function gauge(name: string, help: string, read: () => number): void {
  const declared = new Gauge({
    name,
    help,
    registers: [],
    collect() {
      this.set(read());
    },
  });
  register.registerMetric(declared);
}

/** Declares a histogram of this process. */
export function histogram(name: string, help: string, buckets: readonly number[]): Histogram {
  return new Histogram({ name, help, buckets: [...buckets] });
}

/** Adds what every process tells of itself: memory, CPU, event loop. Call once. */
export function measureProcess(): void {
  collectDefaultMetrics();
}

/** All metrics of this process in the text format of Prometheus. */
export function printMetrics(): Promise<string> {
  return register.metrics();
}

/** The content type of `printMetrics`. */
export const metricsContentType = register.contentType;
