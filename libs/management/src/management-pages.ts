import { metricsContentType, printMetrics } from '#runtime';
import type { Readiness } from './readiness.js';

/** What a process brings along to be shown. */
export interface Shown {
  readonly readiness: Readiness;
  /** The figures of the queues, as JSON has them. */
  readQueues(): Promise<object>;
}

/** What a page answers. */
export interface Answer {
  readonly contentType: string;
  readonly body: string;
}

const ok = json({ status: 'ok' });

/** Every page by its path. A page that throws is answered as a problem. */
export const managementPages = ({
  readiness,
  readQueues,
}: Shown): ReadonlyMap<string, () => Promise<Answer>> =>
  new Map([
    ['/metrics', async () => ({ contentType: metricsContentType, body: await printMetrics() })],
    // That it is answered at all says that the event loop goes round.
    ['/health/live', async () => ok],
    ['/health/ready', () => readiness.check().then(() => ok)],
    ['/queues', async () => json(await readQueues())],
  ]);

function json(value: object): Answer {
  return { contentType: 'application/json', body: JSON.stringify(value) };
}
