import { migrateDatabase } from '#database';
import { newId } from '#runtime';
import type { Client } from 'pg';
import { setTimeout as pause } from 'node:timers/promises';
import type { BenchmarkOptions } from '../harness/benchmark.js';
import { readCpuMs } from '../harness/machine.js';
import { type Program, startProgram } from '../harness/program.js';
import type { Report } from '../harness/report.js';
import { type BenchPostgres, connectTo, openPostgres } from '../harness/services.js';
import { ratioOf, showSpread, spreadOf } from '../harness/spread.js';
import { placeMany, recordMany } from './fill-events.js';
import { openDelivery } from './open-delivery.js';
import type { ReceiverOrder } from './receiver.js';

/** Roughly the number delivered per second. */
const eventsPerSecond = 1_500;
const limitMs = 120_000;

interface Measured {
  readonly perSecond: number;
  /** Processor time of the delivering process per delivery; 0 if it cannot be read. */
  readonly cpuUs: number;
}

/** A program that delivers webhooks, and its database. */
interface Contestant {
  readonly program: Program;
  readonly client: Client;
  /** Records `count` events and has them delivered. */
  begin(count: number): Promise<unknown>;
}

const names = ['landfall', 'bareDelivery'] as const;

/** Webhook deliveries per second to one receiver, measured from the recording of the events to the last delivery. */
export async function measureDeliveries({ rounds, seconds, signal, say }: BenchmarkOptions): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const postgres = stack.use(await openPostgres());
  const receiver = stack.use(await startProgram('receiver', 'bench/events/receiver.js'));
  const contestants = [
    await openLandfall(stack, postgres, receiver.url),
    await openBareDelivery(stack, postgres, receiver.url),
  ] as const;
  const count = Math.ceil(eventsPerSecond * seconds);
  const measured = { landfall: [] as Measured[], bareDelivery: [] as Measured[] };
  for (let round = 0; round <= rounds; round += 1) {
    for (const at of round % 2 === 1 ? ([0, 1] as const) : ([1, 0] as const)) {
      signal.throwIfAborted();
      const result = await measure(contestants[at], receiver, count);
      // The first round warms up.
      if (round === 0) continue;
      measured[names[at]].push(result);
      say(`round ${round} of ${rounds}: ${names[at]} ${Math.round(result.perSecond)}/s`);
    }
  }
  const { landfall, bareDelivery } = measured;
  const rate = ratioOf(landfall.map(perSecond), bareDelivery.map(perSecond));
  const cpu = ratioOf(landfall.map(cpuUs), bareDelivery.map(cpuUs));
  return {
    name: 'events-deliveries',
    ratios: { deliveriesPerSecond: rate, cpuPerDelivery: cpu },
    facts: { settings: { rounds, count }, measured },
    tables: [
      [
        ['', 'deliveries/s: median (min–max)', 'CPU µs/delivery'],
        ...names.map((name) => [
          name,
          showSpread(spreadOf(measured[name].map(perSecond)), 0),
          showSpread(spreadOf(measured[name].map(cpuUs)), 0),
        ]),
        ['landfall against bareDelivery', showSpread(rate, 2), showSpread(cpu, 2)],
      ],
    ],
    notes: [
      `${rounds} rounds of ${count.toLocaleString('en')} events; each was received, and is recorded as delivered`,
      'receiver, deliverer and Postgres share the cores',
    ],
  };
}

const perSecond = (one: Measured): number => one.perSecond;
const cpuUs = (one: Measured): number => one.cpuUs;

async function measure(
  { program, client, begin }: Contestant,
  receiver: Program,
  count: number,
): Promise<Measured> {
  await client.query('TRUNCATE events, deliveries');
  await client.query('CHECKPOINT');
  const order = (message: ReceiverOrder) => receiver.ask<{ completeAt: number }>(message, limitMs);
  await order({ expect: count });
  const cpuBefore = await readCpuMs(program.pid);
  const startedAt = performance.timeOrigin + performance.now();
  const [{ completeAt }] = await Promise.all([order({ await: 'all' }), begin(count)]);
  await untilRecorded(client, count);
  const cpuAfter = await readCpuMs(program.pid);
  return {
    perSecond: count / ((completeAt - startedAt) / 1_000),
    cpuUs: cpuBefore === null || cpuAfter === null ? 0 : ((cpuAfter - cpuBefore) * 1_000) / count,
  };
}

/** @throws Error if deliveries are not recorded within 10 s */
async function untilRecorded(client: Client, count: number): Promise<void> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const { rows } = await client.query<{ delivered: number }>(
      `SELECT count(*)::int AS delivered FROM deliveries WHERE state = 'delivered'`,
    );
    const delivered = rows[0]?.delivered ?? 0;
    if (delivered === count) return;
    if (performance.now() > deadline) throw new Error(`${delivered} of ${count} deliveries are recorded`);
    await pause(50);
  }
}

async function openLandfall(
  stack: AsyncDisposableStack,
  postgres: BenchPostgres,
  receiverUrl: string,
): Promise<Contestant> {
  const { worker, databaseUrl } = await openDelivery(stack, postgres, receiverUrl);
  const { client } = stack.use(await connectTo(databaseUrl));
  return { program: worker, client, begin: (count) => recordMany(client, count) };
}

async function openBareDelivery(
  stack: AsyncDisposableStack,
  postgres: BenchPostgres,
  receiverUrl: string,
): Promise<Contestant> {
  const databaseUrl = await postgres.createDatabase('bare_delivery');
  await migrateDatabase(databaseUrl);
  const { client } = stack.use(await connectTo(databaseUrl));
  const env = { NODE_ENV: 'production', DATABASE_URL: databaseUrl, RECEIVER_URL: receiverUrl };
  const program = stack.use(await startProgram('bareDelivery', 'bench/references/bare-delivery.js', env));
  return {
    program,
    client,
    async begin(count) {
      await placeMany(client, count);
      await client.query(
        `INSERT INTO deliveries (webhook_id, event_id, position, type, upload_id, ordered, state, next_attempt_at, created_at)
         SELECT $1, id, position, type, upload_id, false, 'pending', now(), now() FROM events`,
        [newId()],
      );
      const { delivered } = await program.ask<{ delivered: number }>({ deliver: 'all' }, limitMs);
      if (delivered !== count) throw new Error(`${delivered} of ${count} were delivered`);
    },
  };
}
