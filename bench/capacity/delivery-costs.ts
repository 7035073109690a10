import { setTimeout as pause } from 'node:timers/promises';
import { recordMany } from '../events/fill-events.js';
import { openDelivery } from '../events/open-delivery.js';
import type { ReceiverOrder } from '../events/receiver.js';
import type { BenchmarkOptions } from '../harness/benchmark.js';
import { readCpuMs, readFamilyCpuMs } from '../harness/machine.js';
import { startProgram } from '../harness/program.js';
import { connectTo, openPostgres } from '../harness/services.js';
import type { MeasuredCosts } from './measured-costs.js';

const count = 5_000;
const limitMs = 120_000;

/** Costs of placing events and delivering them to one receiver, in the worker and in Postgres. */
export async function measureDeliveryCosts({ signal }: BenchmarkOptions): Promise<MeasuredCosts> {
  await using stack = new AsyncDisposableStack();
  const postgres = stack.use(await openPostgres());
  const receiver = stack.use(await startProgram('receiver', 'bench/events/receiver.js'));
  const { worker, databaseUrl } = await openDelivery(stack, postgres, receiver.url);
  const { client } = stack.use(await connectTo(databaseUrl));
  const order = (message: ReceiverOrder) => receiver.ask<{ completeAt: number }>(message, limitMs);
  const deliver = async () => {
    await client.query('TRUNCATE events, deliveries');
    await order({ expect: count });
    const before = await readBoth();
    await Promise.all([order({ await: 'all' }), recordMany(client, count)]);
    for (let open = count; open > 0; await pause(50)) {
      signal.throwIfAborted();
      const { rows } = await client.query<{ open: number }>(
        `SELECT count(*)::int AS open FROM deliveries WHERE state = 'pending'`,
      );
      open = rows[0]?.open ?? 0;
    }
    const after = await readBoth();
    return {
      deliveryWorker: (after.worker - before.worker) / count,
      deliveryPostgres: (after.postgres - before.postgres) / count,
    };
  };
  const readBoth = async () => ({
    worker: (await readCpuMs(worker.pid)) ?? Number.NaN,
    postgres: (await readFamilyCpuMs(postgres.pid)) ?? Number.NaN,
  });
  // The first run warms up.
  await deliver();
  return await deliver();
}
