import type { AddressInfo } from 'node:net';
import { createDataSource } from '#database';
import { recordEvents } from '#events';
import { newId } from '#runtime';
import type { BenchmarkOptions } from '../harness/benchmark.js';
import type { Report } from '../harness/report.js';
import { openPostgres } from '../harness/services.js';
import { showSpread, spreadOf } from '../harness/spread.js';
import { Arrivals, type Delay, type Reader, readers } from './arrivals.js';
import { uploadOf } from './fill-events.js';
import { openDelivery } from './open-delivery.js';
import { channel, closeServer, followStream, listen, openReceiver } from './readers.js';

const ratePerSecond = 200;
const limitMs = 60_000;

/**
 * The delay from the commit of an event to a reader of the stream and to a webhook receiver, at a steady rate. The
 * reference is the minimum that Postgres needs: a notification from the recording transaction, received in the same
 * process.
 */
export async function measureEventLatency({
  rounds,
  seconds,
  signal,
  say,
}: BenchmarkOptions): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const arrivals = new Arrivals();
  const receiver = stack.adopt(await openReceiver(arrivals), closeServer);
  const { port } = receiver.address() as AddressInfo;
  const postgres = stack.use(await openPostgres());
  const { databaseUrl, api, apiKey } = await openDelivery(stack, postgres, `http://127.0.0.1:${port}/`);
  stack.adopt(await listen(databaseUrl, arrivals), (client) => client.end());
  const closed = new AbortController();
  stack.defer(() => closed.abort());
  await followStream(`${api.url}/v1/events/stream`, apiKey, { arrivals, signal: closed.signal });
  const source = createDataSource({ url: databaseUrl, poolSize: 4, applicationName: 'bench' }, []);
  await source.initialize();
  stack.defer(() => source.destroy());

  const record = async () => {
    const id = newId();
    arrivals.expect(id);
    await source.transaction(async (manager) => {
      await recordEvents(manager, [
        { id, type: 'upload.processing', uploadId: id, data: { upload: uploadOf(id) } },
      ]);
      await manager.query('SELECT pg_notify($1, $2)', [channel, id]);
    });
    arrivals.commit(id);
  };
  const measured: Record<Reader, Delay>[] = [];
  // The first round warms up.
  for (let round = 0; round <= rounds; round += 1) {
    signal.throwIfAborted();
    arrivals.clear();
    await atRate(ratePerSecond, Math.ceil(ratePerSecond * seconds), record);
    await arrivals.complete(limitMs);
    if (round === 0) continue;
    const result = arrivals.result();
    measured.push(result);
    say(
      `round ${round} of ${rounds}: ${readers.map((name) => `${name} p99 ${result[name].p99Ms.toFixed(1)} ms`).join(', ')}`,
    );
  }
  const spread = (name: Reader, key: keyof Delay) => spreadOf(measured.map((one) => one[name][key]));
  return {
    name: 'events-latency',
    ratios: {},
    facts: { settings: { rounds, seconds, ratePerSecond }, measured },
    tables: [
      [
        ['from commit to', 'p50 ms: median (min–max)', 'p99 ms', 'longest ms'],
        ...readers.map((name) => [
          name,
          showSpread(spread(name, 'p50Ms'), 1),
          showSpread(spread(name, 'p99Ms'), 1),
          showSpread(spread(name, 'maxMs'), 0),
        ]),
      ],
    ],
    notes: [
      `${rounds} rounds of ${seconds} s, ${ratePerSecond} events a second, each in a transaction of its own; every event reached every reader`,
      'notification: of Postgres, in the transaction that records the event; what no reader can be faster than',
    ],
  };
}

/** Starts `count` tasks at a steady rate, regardless of their duration, and waits for all of them. */
async function atRate(perSecond: number, count: number, work: () => Promise<void>): Promise<void> {
  const startedAt = performance.now();
  const begun: Promise<void>[] = [];
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      while (begun.length < count && startedAt + (begun.length * 1_000) / perSecond <= performance.now())
        begun.push(work());
      if (begun.length < count) return;
      clearInterval(timer);
      resolve();
    }, 1);
  });
  await Promise.all(begun);
}
