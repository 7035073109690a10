import { pause } from '#runtime';
import { eventually } from '#testing';
import { expect, test } from 'vitest';
import { newUploads, startDeliveryHouse, startReceiver } from './webhooks.fixture.js';

/** Twice as long as a worker waits between two looks. */
const looksMs = 1_000;

test('while deliveries are paused they wait, and then each is sent once', async () => {
  await using house = await startDeliveryHouse();
  await using receiver = await startReceiver();
  const { id } = await house.hook(receiver.url);
  const deliverer = house.startDeliverer();
  deliverer.applyPause(true);
  const events = await house.record(newUploads(3));
  const pending = () => house.deliveries.list(id, { states: ['pending'] }, 10);
  await eventually(async () => ((await pending()).items.length === 3 ? true : undefined));
  await pause(looksMs);
  expect(receiver.received).toEqual([]);
  expect((await pending()).items.map(({ attempts }) => attempts)).toEqual([0, 0, 0]);
  deliverer.applyPause(false);
  await eventually(() => (receiver.received.length === 3 ? true : undefined));
  expect(receiver.received.map((one) => one.id).toSorted()).toEqual(events.toSorted());
  await eventually(async () => ((await pending()).items.length === 0 ? true : undefined));
});
