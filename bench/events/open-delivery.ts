import type { Program } from '../harness/program.js';
import { openStack } from '../harness/stack.js';
import type { BenchPostgres } from '../harness/services.js';

/** An api, and a worker that only places events and delivers them to one webhook. */
export interface DeliveryStack {
  readonly databaseUrl: string;
  readonly api: Program;
  readonly apiKey: string;
  readonly worker: Program;
}

/**
 * Starts api and worker.
 * @param receiverUrl destination of all events
 */
export async function openDelivery(
  stack: AsyncDisposableStack,
  postgres: BenchPostgres,
  receiverUrl: string,
): Promise<DeliveryStack> {
  const { databaseUrl, api, apiKey, startWorker } = await openStack(stack, postgres);
  const answer = await fetch(`${api.url}/v1/webhooks`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ url: receiverUrl }),
  });
  if (!answer.ok) throw new Error(`no webhook: ${answer.status} ${await answer.text()}`);
  const worker = await startWorker({ WORKER_QUEUES: 'delivery' });
  return { databaseUrl, api, apiKey, worker };
}
