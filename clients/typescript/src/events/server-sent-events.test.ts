import { array, assert, asyncProperty, nat } from 'fast-check';
import { expect, test } from 'vitest';
import { readServerSentEvents, type ServerSentEvent } from './server-sent-events.js';

const streamOf = (...chunks: (string | Uint8Array)[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks)
        controller.enqueue(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk);
      controller.close();
    },
  });

async function read(body: ReadableStream<Uint8Array>): Promise<ServerSentEvent[]> {
  const events: ServerSentEvent[] = [];
  for await (const event of readServerSentEvents(body)) events.push(event);
  return events;
}

const message = (data: string | null, more: Partial<ServerSentEvent> = {}) => ({
  id: null,
  type: 'message',
  data,
  ...more,
});

test.each([
  ['an event', 'id: 1\nevent: ready\ndata: {}\n\n', [{ id: '1', type: 'ready', data: '{}' }]],
  ['several lines of data', 'data: a\ndata:b\ndata\n\n', [message('a\nb\n')]],
  ['one space taken away, not two', 'data:  a\n\n', [message(' a')]],
  ['colons in the data', 'data: a: b\n\n', [message('a: b')]],
  ['CR LF and CR', 'data: a\r\n\r\ndata: b\r\rdata: c\n\n', [message('a'), message('b'), message('c')]],
  ['comments and unknown fields', ': hello\nretry: 5\nodd: 1\ndata: a\n\n:\n\n', [message('a')]],
  ['no event without data and id', 'event: x\n\nretry: 9\n\n', []],
  ['an id alone: a place to resume from', 'retry: 9\nid: 1\n\n', [{ id: '1', type: 'message', data: null }]],
  ['no event that is cut off', 'data: a\n\ndata: b', [message('a')]],
  ['no id with NUL', 'id: a\0b\ndata: a\n\n', [message('a')]],
  ['an id of its own event only', 'id: 1\ndata: a\n\ndata: b\n\n', [message('a', { id: '1' }), message('b')]],
  ['nothing', '', []],
])('reads %s', async (_, text, events) => {
  expect(await read(streamOf(text))).toEqual(events);
});

test('reads the same wherever the stream is cut', async () => {
  const text = 'id: ü1\r\nevent: ready\r\ndata: {"größe": "😀"}\r\n\r\n: beat\n\ndata: a\rdata: b\r\r';
  const bytes = new TextEncoder().encode(text);
  const whole = await read(streamOf(text));
  expect(whole).toHaveLength(2);
  await assert(
    asyncProperty(array(nat(bytes.length), { maxLength: 12 }), async (cuts) => {
      const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      const chunks = edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
      expect(await read(streamOf(...chunks))).toEqual(whole);
    }),
  );
});

test('refuses an event that never ends', async () => {
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new TextEncoder().encode(`data: ${'x'.repeat(65_536)}\n`)),
  });
  await expect(read(endless)).rejects.toThrow(RangeError);
  const lineless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new TextEncoder().encode('x'.repeat(65_536))),
  });
  await expect(read(lineless)).rejects.toThrow(RangeError);
});

test('tells of everything that arrives, and closes the stream when its reader leaves', async () => {
  let cancelled = false;
  let arrivals = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new TextEncoder().encode(': beat\n\ndata: a\n\n')),
    cancel: () => void (cancelled = true),
  });
  for await (const event of readServerSentEvents(body, () => (arrivals += 1))) {
    expect(event.data).toBe('a');
    break;
  }
  expect(arrivals).toBe(1);
  expect(cancelled).toBe(true);
});
