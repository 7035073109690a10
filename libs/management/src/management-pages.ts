import { metricsContentType, printMetrics } from '#runtime';
import type { Readiness } from './readiness.js';

/** What a process provides for the pages. */
export interface Shown {
  readonly readiness: Readiness;
  /** Returns the queue figures as a JSON object. */
  readQueues(): Promise<object>;
}

/** The response of a page. */
export interface Answer {
  readonly contentType: string;
  readonly body: string;
}

const ok = json({ status: 'ok' });

/** Every page by its path. If a page throws, the response is a problem (RFC 9457). */
export const managementPages = ({
  readiness,
  readQueues,
}: Shown): ReadonlyMap<string, () => Promise<Answer>> =>
  new Map([
    ['/metrics', async () => ({ contentType: metricsContentType, body: await printMetrics() })],
    // Any response proves that the event loop is running.
    ['/health/live', async () => ok],
    ['/health/ready', () => readiness.check().then(() => ok)],
    ['/queues', async () => json(await readQueues())],
  ]);

function json(value: object): Answer {
  return { contentType: 'application/json', body: JSON.stringify(value) };
}
