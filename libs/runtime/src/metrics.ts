import { collectDefaultMetrics, Counter, Histogram, register } from 'prom-client';

/** Declares a counter of this process. Names begin with `landfall_` and end with the unit or `_total`. */
export function counter<Label extends string>(
  name: string,
  help: string,
  labelNames: readonly Label[],
): Counter<Label> {
  return new Counter({ name, help, labelNames });
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
