import { array, assert, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import { EventRing } from './event-ring.js';
import type { PlacedEvent } from './live-event.js';

const event = (position: number, bytes = 1): PlacedEvent => ({
  id: String(position),
  position,
  subject: { type: 'upload.ready', uploadId: null, ticketId: null, vars: {} },
  frame: Buffer.alloc(bytes),
  mergedInto: null,
});

test('gives all events after a position, or says that it no longer has them', () => {
  const batches = array(array(integer({ min: 1, max: 40 }), { maxLength: 8 }), { maxLength: 12 });
  assert(
    property(batches, integer({ min: 0, max: 50 }), (sizes, floor) => {
      const ring = new EventRing(floor, { events: 10, bytes: 100 });
      const all: PlacedEvent[] = [];
      for (const batch of sizes) {
        const events = batch.map((bytes, index) => event(floor + all.length + index + 1, bytes));
        all.push(...events);
        ring.add(events);
      }
      for (let position = 0; position <= floor + all.length; position += 1) {
        const [held, wanted] = [ring.after(position), all.filter((one) => one.position > position)];
        expect(held ?? wanted).toEqual(wanted);
        expect(held !== null || position < floor + all.length).toBe(true);
      }
      const first = all.findIndex((one) => ring.after(one.position - 1) !== null);
      const kept = first === -1 ? [] : all.slice(first);
      expect(kept.length).toBeLessThanOrEqual(10);
      expect(kept.reduce((sum, { frame }) => sum + frame.length, 0)).toBeLessThanOrEqual(100);
    }),
  );
});

test('an event that is larger than the ring is read from the log', () => {
  const ring = new EventRing(0, { events: 10, bytes: 100 });
  ring.add([event(1), event(2, 101), event(3)]);
  expect([ring.after(1), ring.after(2)?.length]).toEqual([null, 1]);
});
