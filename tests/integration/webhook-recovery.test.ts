import { firstIdOf, newId, withTimeLimit } from '#runtime';
import { eventually, startApp } from '#testing';
import { pruneDeliveries, replayRange, replayStates } from '#webhooks';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { apiEnv } from './api-env.fixture.js';
import { type DeliveryHouse, newUploads, startDeliveryHouse, startReceiver } from './webhooks.fixture.js';

const never = new AbortController().signal;
let house: DeliveryHouse;
let stack: AsyncDisposableStack;
beforeEach(async () => {
  stack = new AsyncDisposableStack();
  house = stack.use(await startDeliveryHouse());
});
afterEach(() => stack.disposeAsync());

const count = async (where: string) => {
  const [row] = (await house.database.source.query(
    `SELECT count(*)::int AS n FROM deliveries WHERE ${where}`,
  )) as [{ n: number }];
  return row.n;
};

test('a worker is killed while it delivers: every event arrives, those of the dead one within seconds', async () => {
  const server = stack.use(
    await startReceiver((_, response) => setTimeout(() => response.writeHead(204).end(), 30)),
  );
  await house.hook(server.url);
  const startWorker = () =>
    startApp('worker', {
      ...apiEnv(house.database.url),
      QUEUE_URL: house.database.url,
      WORKER_QUEUES: 'delivery',
      WEBHOOKS_ALLOW: '127.0.0.0/8',
    });
  const victim = await startWorker();
  const events: string[] = [];
  for (let round = 0; round < 10; round += 1) events.push(...(await house.record(newUploads(50))));
  await eventually(() => (server.received.length > 100 ? true : undefined));
  await victim.end('SIGKILL');
  const killedAt = Date.now();
  const leased = await count('leased_until IS NOT NULL');
  expect(leased).toBeGreaterThan(0);
  const next = await startWorker();
  stack.defer(async () => void (await next.end()));
  await eventually(async () => ((await count(`state <> 'delivered'`)) === 0 ? true : undefined));
  const arrived = Map.groupBy(server.received, ({ id }) => id);
  expect([...arrived.keys()].toSorted()).toEqual(events.toSorted());
  const repeated = [...arrived.values()].filter((each) => each.length > 1);
  expect(repeated.length).toBeLessThanOrEqual(leased);
  expect(Math.max(...server.received.map(({ at }) => at)) - killedAt).toBeLessThan(30_000);
});

test('with a hundred thousand that wait for others, a new event arrives at once', async () => {
  const server = stack.use(await startReceiver());
  const [paused, failing] = [
    await house.hook('http://127.0.0.1:1/a'),
    await house.hook('http://127.0.0.1:1/b'),
  ];
  await house.database.source.query(
    `INSERT INTO events (id, position, type, upload_id, data)
     SELECT gen_random_uuid(), n, 'upload.ready', gen_random_uuid(), '{}' FROM generate_series(1, 50000) AS n`,
  );
  await house.database.source.query(
    `INSERT INTO deliveries (webhook_id, event_id, position, type, upload_id, ordered, state, next_attempt_at, created_at)
     SELECT w.id, e.id, e.position, e.type, e.upload_id, e.position % 2 = 0, 'pending', now(), now()
     FROM webhooks AS w CROSS JOIN events AS e`,
  );
  await house.database.source.query(
    `UPDATE webhooks SET paused_until = now() + interval '1 hour', failures = 9, failing_since = now() WHERE id = $1`,
    [paused.id],
  );
  await house.hook(server.url);
  house.startDeliverer({ WEBHOOKS_RETRY_S: '3600' });
  const [event] = await house.record(newUploads(1));
  await eventually(() => (server.received.some(({ id }) => id === event) ? true : undefined), 10_000);
  // The one that fails is left alone after some attempts, and what waits for it costs none.
  await eventually(async () => ((await house.webhooks.get(failing.id)).pausedUntil ? true : undefined));
  expect(await count(`webhook_id = '${failing.id}' AND attempts > 0`)).toBeLessThan(100);
  expect(await count(`webhook_id = '${paused.id}' AND attempts > 0`)).toBe(0);
});

test('a delivery whose outcome is being recorded holds up neither the leases of others nor a replay', async () => {
  const server = stack.use(await startReceiver(() => {}));
  const { id } = await house.hook(server.url);
  house.startDeliverer();
  const since = new Date(Date.now() - 60_000);
  const [recorded = '', other = ''] = await house.record(newUploads(2));
  await eventually(() => (server.open() === 2 ? true : undefined));
  const leaseOf = async () => (await house.deliveries.get(id, other)).leasedUntil?.getTime() ?? 0;
  await house.database.source.transaction(async (manager) => {
    await manager.query('SELECT FROM deliveries WHERE event_id = $1 FOR UPDATE', [recorded]);
    const held = await leaseOf();
    await eventually(async () => ((await leaseOf()) > held ? true : undefined), 10_000);
    const range = { since, until: new Date(Date.now() + 60_000), states: replayStates };
    const replayed = replayRange(house.database.source, id, range);
    expect(await withTimeLimit(replayed, 10_000, 'database.unavailable', 'it waits')).toMatchObject({
      replayed: 0,
    });
  });
});

test('deliveries go with the log, and those of a webhook that was deleted at once', async () => {
  const [kept, deleted] = [await house.hook('http://127.0.0.1:1/'), await house.hook('http://127.0.0.1:1/')];
  const hourMs = 3_600_000;
  const old = firstIdOf(Date.now() - 2 * hourMs);
  const insert = (webhookId: string, eventId: string, times = 1) =>
    house.database.source.query(
      `INSERT INTO deliveries (webhook_id, event_id, position, type, ordered, state, created_at)
       SELECT $1, CASE WHEN n = 1 THEN $2::uuid ELSE gen_random_uuid() END, 1, 'upload.ready', false, 'delivered', now()
       FROM generate_series(1, $3::int) AS n`,
      [webhookId, eventId, times],
    );
  const young = newId();
  await insert(kept.id, old);
  await insert(kept.id, young);
  await insert(deleted.id, newId(), 2_500);
  await house.webhooks.delete(deleted.id);
  expect(await pruneDeliveries(house.database.source, hourMs / 1_000, never)).toBe(2_501);
  expect(await count('true')).toBe(1);
  expect(await house.deliveries.get(kept.id, young)).toMatchObject({ state: 'delivered' });
  const rows = () => house.database.source.query('SELECT id FROM webhooks ORDER BY id');
  // Somebody may still be placing events for it.
  expect(await rows()).toHaveLength(2);
  await house.database.source.query(
    `UPDATE webhooks SET deleted_at = now() - interval '2 minutes' WHERE deleted_at IS NOT NULL`,
  );
  expect(await pruneDeliveries(house.database.source, hourMs / 1_000, never)).toBe(0);
  expect(await rows()).toEqual([{ id: kept.id }]);
});

test('a delivery whose event is gone from the log fails with that reason, and the webhook is well', async () => {
  const server = stack.use(await startReceiver());
  const { id } = await house.hook(server.url);
  const eventId = newId();
  await house.database.source.query(
    `INSERT INTO deliveries (webhook_id, event_id, position, type, ordered, state, next_attempt_at, created_at)
     VALUES ($1, $2, 1, 'upload.ready', false, 'pending', now(), now())`,
    [id, eventId],
  );
  house.startDeliverer();
  const failed = await eventually(async () => {
    const delivery = await house.deliveries.get(id, eventId);
    return delivery.state === 'failed' ? delivery : undefined;
  });
  expect(failed).toMatchObject({ errorCode: 'delivery.event_gone', status: null, attempts: 1 });
  expect(await house.webhooks.get(id)).toMatchObject({ failures: 0, failingSince: null });
  expect(server.received).toEqual([]);
});
