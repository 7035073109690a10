import * as fc from 'fast-check';
import { isLandfallError } from '#runtime';
import { describe, expect, test } from 'vitest';
import { readEventMessage, readOssEvents, readQueueMessages, readReceiptHandles } from '#oss';
import { readVectors } from '../../test-data/vectors.js';

const { messages } = readVectors('events');
const real = JSON.stringify(messages.smqPutObject);

/** The codes of everything that is wrong with a message; fails for any other error. */
function codesOf(body: Buffer): string[] {
  try {
    return readOssEvents(readEventMessage(body)).refusals.map(({ code }) => code);
  } catch (error) {
    if (!isLandfallError(error)) throw error;
    return [error.code];
  }
}
const known = ['event.body_malformed', 'event.invalid'];

describe('whatever a message is, it ends as events or as a code', () => {
  test('bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const code of codesOf(Buffer.from(bytes))) expect(known).toContain(code);
      }),
    );
  });

  test('any JSON, plain, in base64, and as the list of events', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        for (const body of [json, Buffer.from(json).toString('base64'), `{"events":[${json}]}`])
          for (const code of codesOf(Buffer.from(body))) expect(known).toContain(code);
      }),
    );
  });

  test('a real one with any members in the place of its own', () => {
    const event = fc.record(
      {
        eventName: fc.constantFrom('ObjectCreated:PutObject', 'ObjectRemoved:DeleteObject', 'Other', 1, null),
        eventTime: fc.oneof(fc.string(), fc.integer()),
        oss: fc.record(
          {
            bucket: fc.oneof(fc.record({ name: fc.anything() }), fc.anything()),
            object: fc.record(
              {
                key: fc.oneof(fc.string({ unit: 'binary' }), fc.anything()),
                eTag: fc.anything(),
                size: fc.anything(),
              },
              { requiredKeys: [] },
            ),
            xVars: fc.oneof(fc.dictionary(fc.string(), fc.anything()), fc.anything()),
          },
          { requiredKeys: [] },
        ),
        responseElements: fc.anything(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 4 }), (events) => {
        const read = readOssEvents({ events });
        expect(read.events.length + read.ignored + read.refusals.length).toBe(events.length);
        for (const { code } of read.refusals) expect(code).toBe('event.invalid');
        for (const { objectKey, bucket, vars } of read.events)
          for (const text of [objectKey, bucket, ...Object.keys(vars), ...Object.values(vars)]) {
            expect(text.isWellFormed()).toBe(true);
            expect(text).not.toContain('\0');
          }
      }),
    );
  });

  test('a real one with some bytes changed, and cut off', () => {
    const changes = fc.array(fc.tuple(fc.nat(real.length - 1), fc.nat(255)), { maxLength: 4 });
    fc.assert(
      fc.property(changes, fc.nat(real.length), (bytes, length) => {
        const body = Buffer.from(real);
        for (const [at, byte] of bytes) body[at] = byte;
        for (const code of codesOf(body.subarray(0, length))) expect(known).toContain(code);
      }),
    );
  });

  test('the answers of a queue', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const body of [
          text,
          `<Messages>${text}</Messages>`,
          `<ReceiptHandles>${text}</ReceiptHandles>`,
        ]) {
          for (const { receiptHandle } of readQueueMessages(body) ?? [])
            expect(typeof receiptHandle).toBe('string');
          for (const handle of readReceiptHandles(body) ?? []) expect(typeof handle).toBe('string');
        }
      }),
    );
  });
});

test('nesting without end and entities of its own cost a message nothing but itself', () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  expect(codesOf(Buffer.from(deep))).toEqual(['event.invalid']);
  expect(codesOf(Buffer.from(`<a>`.repeat(20_000)))).toEqual(['event.body_malformed']);
  const tags = '<Notification>'.repeat(10_000) + '</Notification>'.repeat(10_000);
  expect(codesOf(Buffer.from(tags))).toEqual(['event.body_malformed']);
  expect(codesOf(Buffer.from('&amp;'.repeat(50_000)))).toEqual(['event.body_malformed']);
});
