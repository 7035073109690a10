import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { followTraces, type TraceOptions } from './follow-traces.js';

/** An export as OTLP writes it in JSON, of one span. */
const exported = (trace: string, name: string, upload: string, startS: number) =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'landfall-api' } }] },
        scopeSpans: [
          {
            scope: { name: 'landfall' },
            spans: [
              {
                traceId: trace.repeat(32),
                spanId: trace.repeat(16),
                name,
                startTimeUnixNano: `${startS}000000000`,
                endTimeUnixNano: `${startS}500000000`,
                attributes: [{ key: 'landfall.upload.id', value: { stringValue: upload } }],
                status: {},
              },
            ],
          },
        ],
      },
    ],
  });

async function follow(options: Partial<TraceOptions> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-trace-'));
  const out = join(folder, 'trace.svg');
  const stopping = new AbortController();
  for (const method of ['log', 'error'] as const)
    vi.spyOn(console, method).mockImplementation(() => undefined);
  const { promise: listening, resolve } = Promise.withResolvers<string>();
  const ended = followTraces({ port: 0, out, ...options }, stopping.signal, resolve);
  onTestFinished(async () => {
    stopping.abort();
    await ended;
    vi.restoreAllMocks();
    await rm(folder, { recursive: true });
  });
  const url = await listening;
  const send = async (body: string, type = 'application/json') => {
    const answer = await fetch(`${url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    await answer.text();
    return answer.status;
  };
  return { send, picture: () => readFile(out, 'utf8') };
}

test('the trace of the newest upload is drawn, unless another one is asked for', async () => {
  const [newest, one] = [await follow(), await follow({ upload: 'first' })];
  for (const { send } of [newest, one]) {
    expect(await send(exported('a', 'callback', 'first', 10))).toBe(200);
    expect(await send(exported('b', 'callback', 'second', 20))).toBe(200);
    // An event that tells of the same object.
    expect(await send(exported('c', 'event', 'third', 30))).toBe(200);
  }
  expect(await newest.picture()).toContain('upload second: 1 span, 500 ms');
  expect(await one.picture()).toContain('upload first: 1 span, 500 ms');
});

test('what is no export in JSON is refused, and the next is drawn', async () => {
  const { send, picture } = await follow();
  expect(await send('x', 'application/x-protobuf')).toBe(415);
  for (const body of ['', 'x', '{}', '{"resourceSpans": [{}]}', exported('x', 'a', 'b', 1)])
    expect(await send(body)).toBe(400);
  expect(await send(' '.repeat(17_000_000))).toBe(400);
  expect(await send(exported('a', 'callback', 'first', 10))).toBe(200);
  expect(await picture()).toContain('upload first');
});
