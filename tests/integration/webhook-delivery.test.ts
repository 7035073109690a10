import type { ServerResponse } from 'node:http';
import { newId } from '#runtime';
import { eventually } from '#testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type DeliveryHouse,
  isVerified,
  newUploads,
  type Receiver,
  startDeliveryHouse,
  startReceiver,
} from './webhooks.fixture.js';

let house: DeliveryHouse;
let stack: AsyncDisposableStack;
beforeEach(async () => {
  stack = new AsyncDisposableStack();
  house = stack.use(await startDeliveryHouse());
});
afterEach(() => stack.disposeAsync());

const receiver = async (answer?: Parameters<typeof startReceiver>[0]): Promise<Receiver> =>
  stack.use(await startReceiver(answer));
const got = ({ received }: Receiver, count: number) =>
  eventually(() => (received.length >= count ? received : undefined), 30_000);
const stateOf = (webhookId: string, eventId: string, state: string) =>
  eventually(async () => {
    const delivery = await house.deliveries.get(webhookId, eventId).catch(() => undefined);
    return delivery?.state === state ? delivery : undefined;
  }, 30_000);
const idsOf = (received: readonly { id: string }[]) => received.map(({ id }) => id).toSorted();

test('every event is sent to every webhook that wants it, signed with its secret', async () => {
  const [all, some] = [await receiver(), await receiver()];
  const everything = await house.hook(all.url);
  const ignored = await house.hook(some.url, { types: ['upload.ignored'] });
  house.startDeliverer();
  const processing = await house.record(newUploads(30));
  const wanted = await house.record(newUploads(3), 'upload.ignored');
  expect(idsOf(await got(all, 33))).toEqual([...processing, ...wanted].toSorted());
  expect(idsOf(await got(some, 3))).toEqual(wanted.toSorted());
  expect(all.received.every((one) => isVerified(one, everything.secret))).toBe(true);
  expect(some.received.some((one) => isVerified(one, everything.secret))).toBe(false);
  expect(some.received.every((one) => isVerified(one, ignored.secret))).toBe(true);
  const delivery = await stateOf(everything.id, String(processing[0]), 'delivered');
  expect(delivery).toMatchObject({
    attempts: 1,
    status: 204,
    answer: '',
    errorCode: null,
    leasedUntil: null,
  });
});

test('what fails is tried again with the same id and a new signature, until it arrives', async () => {
  let left = 2;
  const server = await receiver((_, response) => {
    left -= 1;
    response.writeHead(left < 0 ? 200 : 500).end('not yet');
  });
  const { id, secret } = await house.hook(server.url);
  house.startDeliverer();
  const [event = ''] = await house.record(newUploads(1));
  await got(server, 3);
  expect(await stateOf(id, event, 'delivered')).toMatchObject({ attempts: 3, status: 200 });
  expect(new Set(server.received.map((one) => one.id))).toEqual(new Set([event]));
  expect(server.received.every((one) => isVerified(one, secret))).toBe(true);
  const times = server.received.map(({ headers }) => headers['webhook-timestamp']);
  expect(new Set(times).size).toBeGreaterThan(1);
});

test('what fails to the end of the schedule has failed, and can be replayed', async () => {
  let status = 500;
  const server = await receiver((_, response) => response.writeHead(status).end('\u001B[31mno'));
  const { id } = await house.hook(server.url);
  house.startDeliverer({ WEBHOOKS_RETRY_S: '1' });
  const [event = ''] = await house.record(newUploads(1));
  expect(await stateOf(id, event, 'failed')).toMatchObject({
    attempts: 2,
    status: 500,
    answer: '\uFFFD[31mno',
    errorCode: 'delivery.refused',
    nextAttemptAt: null,
  });
  status = 200;
  expect(await house.deliveries.replay(id, event)).toMatchObject({ state: 'pending', attempts: 0 });
  expect(await stateOf(id, event, 'delivered')).toMatchObject({ attempts: 1 });
  await expect(house.deliveries.replay(id, newId())).rejects.toMatchObject({ code: 'delivery.not_found' });
});

test('Retry-After holds up what it refused, and what is sent to the same webhook', async () => {
  let first = true;
  const server = await receiver((_, response) => {
    response.writeHead(first ? 429 : 204, { 'retry-after': '2' }).end();
    first = false;
  });
  const { id } = await house.hook(server.url);
  house.startDeliverer({ WEBHOOKS_CONCURRENCY: '1' });
  await house.record(newUploads(1));
  await got(server, 1);
  await eventually(async () => ((await house.webhooks.get(id)).pausedUntil ? true : undefined));
  await house.record(newUploads(1));
  const [refused, next] = await got(server, 3);
  expect((next?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThanOrEqual(1_800);
});

test('a pause that a receiver asked for is not ended by a failure without one', async () => {
  const held: ServerResponse[] = [];
  const server = await receiver((_, response) => void held.push(response));
  const { id } = await house.hook(server.url);
  house.startDeliverer({ WEBHOOKS_CONCURRENCY: '2' });
  await house.record(newUploads(2));
  await got(server, 2);
  held[0]?.writeHead(429, { 'retry-after': '3600' }).end();
  const failures = () =>
    eventually(async () => {
      const { failures, pausedUntil } = await house.webhooks.get(id);
      return failures > 0 ? { failures, pausedUntil: pausedUntil?.getTime() ?? null } : undefined;
    });
  const asked = await failures();
  held[1]?.writeHead(503).end();
  await eventually(async () => ((await house.webhooks.get(id)).failures === 2 ? true : undefined));
  expect(await failures()).toEqual({ failures: 2, pausedUntil: asked.pausedUntil });
});

describe('a webhook is disabled', () => {
  test('when it answers 410, and others are told', async () => {
    const gone = await receiver((_, response) => response.writeHead(410).end());
    const other = await receiver();
    const { id } = await house.hook(gone.url);
    await house.hook(other.url);
    house.startDeliverer();
    const [event = ''] = await house.record(newUploads(1));
    const notice = await eventually(() => other.received.find(({ type }) => type === 'webhook.disabled'));
    expect(notice.data).toEqual({
      webhook: { id, description: '', reason: 'gone', failingSince: expect.any(String) },
    });
    expect(await stateOf(id, event, 'failed')).toMatchObject({ attempts: 1, status: 410 });
    const webhook = await house.webhooks.get(id);
    expect(webhook).toMatchObject({ disabledReason: 'gone', disabledAt: expect.any(Date) });
    await house.record(newUploads(1));
    await got(other, 3);
    expect((await house.deliveries.list(id, {}, 10)).items).toHaveLength(1);
    expect(gone.received).toHaveLength(1);
  });

  test('when it has failed for too long, and goes on when it is enabled again', async () => {
    let isWell = false;
    // What it asks for would make it no shorter.
    const server = await receiver((_, response) =>
      response.writeHead(isWell ? 204 : 500, { 'retry-after': '0' }).end(),
    );
    const { id } = await house.hook(server.url);
    house.startDeliverer({ WEBHOOKS_DISABLE_AFTER_S: '60', WEBHOOKS_RETRY_S: '1,1,1,1,1,1,1,1,1' });
    const events = await house.record(newUploads(6));
    await got(server, 6);
    await eventually(async () => ((await house.webhooks.get(id)).failures >= 5 ? true : undefined));
    // It is paused by now; nobody waits here for a minute, nor for the pause.
    const failing = await house.webhooks.get(id);
    expect(failing).toMatchObject({ disabledAt: null, failingSince: expect.any(Date) });
    expect(failing.pausedUntil?.getTime()).toBeGreaterThan(Date.now());
    await house.database.source.query(
      `UPDATE webhooks SET failing_since = now() - interval '61 s', paused_until = NULL`,
    );
    await eventually(async () =>
      (await house.webhooks.get(id)).disabledReason === 'failing' ? true : undefined,
    );
    isWell = true;
    const seen = server.received.length;
    expect(await house.webhooks.update(id, { enabled: true })).toMatchObject({
      failures: 0,
      pausedUntil: null,
    });
    await Promise.all(events.map((event) => stateOf(id, event, 'delivered')));
    expect(server.received.length).toBeGreaterThanOrEqual(seen + 6);
    expect(await house.webhooks.get(id)).toMatchObject({ failures: 0, failingSince: null, disabledAt: null });
  });
});

test('what the URL of before answers says nothing of a webhook that has another one by now', async () => {
  let answer = () => {};
  const before = await receiver((_, response) => (answer = () => response.writeHead(410).end()));
  const after = await receiver();
  const { id } = await house.hook(before.url);
  house.startDeliverer();
  const [lost = ''] = await house.record(newUploads(1));
  await got(before, 1);
  await house.webhooks.update(id, { url: after.url });
  answer();
  await stateOf(id, lost, 'failed');
  await house.record(newUploads(1));
  await got(after, 1);
  expect(await house.webhooks.get(id)).toMatchObject({ disabledAt: null, failures: 0, failingSince: null });
});

test('one webhook hangs while a hundred others get theirs within a second', async () => {
  const others = await receiver();
  const hanging = await receiver(() => {});
  await house.hook(hanging.url);
  for (let index = 0; index < 100; index += 1) await house.hook(`${others.url}?${index}`);
  // More events than it may have requests under way.
  house.startDeliverer({ WEBHOOKS_CONCURRENCY: '5' });
  await house.record(newUploads(10));
  await eventually(() => (hanging.open() === 5 ? true : undefined));
  await got(others, 10 * 100);
  const [event = ''] = await house.record(newUploads(1));
  const recordedAt = Date.now();
  const last = await eventually(() => {
    const ofIt = others.received.filter(({ id }) => id === event);
    return ofIt.length === 100 ? ofIt : undefined;
  });
  expect(Math.max(...last.map(({ at }) => at)) - recordedAt).toBeLessThan(1_000);
  expect(hanging.open()).toBe(5);
});

test('many webhooks that hang leave room for one that does not', async () => {
  const hanging = await receiver(() => {});
  for (let index = 0; index < 20; index += 1) await house.hook(`${hanging.url}?${index}`);
  house.startDeliverer({ WEBHOOKS_CONCURRENCY: '10', WEBHOOKS_MAX_REQUESTS: '40' });
  await house.record(newUploads(20));
  await eventually(() => (hanging.open() >= 20 ? true : undefined));
  const well = await receiver();
  await house.hook(well.url);
  await house.record(newUploads(20));
  const startedAt = Date.now();
  await got(well, 20);
  expect(Date.now() - startedAt).toBeLessThan(5_000);
  expect(hanging.open()).toBeLessThan(40);
});

describe('a webhook that wants order by upload', () => {
  test('gets the events of an upload one after the other, also when one of them fails at first', async () => {
    const failing = new Set<string>();
    const under = new Map<string, number>();
    let overlaps = 0;
    const server = await receiver(({ id, uploadId }, response) => {
      const upload = String(uploadId);
      under.set(upload, (under.get(upload) ?? 0) + 1);
      if ((under.get(upload) ?? 0) > 1) overlaps += 1;
      setTimeout(() => {
        under.set(upload, (under.get(upload) ?? 0) - 1);
        response.writeHead(failing.delete(id) ? 500 : 204).end();
      }, 5);
    });
    const { id } = await house.hook(server.url, { ordered: true });
    const uploads = newUploads(5);
    const rounds: string[][] = [];
    for (let round = 0; round < 6; round += 1) rounds.push(await house.record(uploads));
    // The second event of the first upload, and the third of the second.
    failing.add(String(rounds[1]?.[0])).add(String(rounds[2]?.[1]));
    house.startDeliverer();
    house.startDeliverer();
    await Promise.all(rounds.flat().map((event) => stateOf(id, event, 'delivered')));
    expect(overlaps).toBe(0);
    for (const [index, upload] of uploads.entries()) {
      const arrived = server.received
        .filter(({ uploadId }) => uploadId === upload)
        .map(({ id: event }) => event);
      expect([...new Set(arrived)]).toEqual(rounds.map((round) => round[index]));
      expect(arrived).toHaveLength(index < 2 ? 7 : 6);
    }
  });

  test('gets what comes after one that has failed for good', async () => {
    const server = await receiver(({ type }, response) =>
      response.writeHead(type === 'upload.ignored' ? 400 : 204).end(),
    );
    const { id } = await house.hook(server.url, { ordered: true });
    house.startDeliverer({ WEBHOOKS_RETRY_S: '1' });
    const [upload = ''] = newUploads(1);
    const [bad = ''] = await house.record([upload], 'upload.ignored');
    const [good = ''] = await house.record([upload]);
    await stateOf(id, good, 'delivered');
    expect(await house.deliveries.get(id, bad)).toMatchObject({ state: 'failed', attempts: 2 });
    expect(server.received.map(({ id: event }) => event)).toEqual([bad, bad, good]);
  });
});

test('a worker that stops hands back what it has not finished, and another one sends it', async () => {
  let hangs = true;
  const server = await receiver((_, response) => {
    if (!hangs) response.writeHead(204).end();
  });
  const { id } = await house.hook(server.url);
  const first = house.startDeliverer();
  const [event = ''] = await house.record(newUploads(1));
  await got(server, 1);
  await first.stop(0);
  expect(await house.deliveries.get(id, event)).toMatchObject({
    state: 'pending',
    attempts: 0,
    leasedUntil: null,
    attemptedAt: null,
  });
  hangs = false;
  house.startDeliverer();
  expect(await stateOf(id, event, 'delivered')).toMatchObject({ attempts: 1 });
});

test('a test is sent to its webhook alone, and what was deleted gets nothing', async () => {
  const [one, other] = [await receiver(), await receiver()];
  const { id, secret } = await house.hook(one.url);
  const unwanted = await house.hook(other.url);
  house.startDeliverer();
  const { eventId } = await house.deliveries.test(id);
  const [received] = await got(one, 1);
  expect(received).toMatchObject({
    id: eventId,
    type: 'webhook.test',
    uploadId: null,
    data: { webhook: { id } },
  });
  expect(received && isVerified(received, secret)).toBe(true);
  await house.webhooks.delete(unwanted.id);
  await house.record(newUploads(1));
  await got(one, 2);
  expect(other.received).toEqual([]);
  await expect(house.deliveries.test(unwanted.id)).rejects.toMatchObject({ code: 'webhook.not_found' });
  await house.webhooks.update(id, { enabled: false });
  await expect(house.deliveries.test(id)).rejects.toMatchObject({ code: 'webhook.not_enabled' });
});

test('while secrets are rotated, receivers that know either are content', async () => {
  const server = await receiver();
  const { id, secret } = await house.hook(server.url);
  house.startDeliverer();
  const rotated = await house.webhooks.rotate(id, { kind: 'hmac' }, 86_400);
  const fresh = String(rotated.secrets[0]?.secret);
  await house.record(newUploads(1));
  const [both] = await got(server, 1);
  expect(both && [isVerified(both, secret), isVerified(both, fresh)]).toEqual([true, true]);
  await house.webhooks.rotate(id, { kind: 'hmac', secret: fresh }, 0);
  await house.record(newUploads(1));
  const [, one] = await got(server, 2);
  expect(one && [isVerified(one, secret), isVerified(one, fresh)]).toEqual([false, true]);
});
