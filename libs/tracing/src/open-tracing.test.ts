import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger, LandfallError, loadConfig } from '#runtime';
import { type Collector, startCollector } from '#testing';
import {
  activeTraceparent,
  carriedSpan,
  childSpan,
  clientTraceOf,
  inSpan,
  openTracing,
  traceFields,
  traceSpan,
  within,
} from '#tracing';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parentId = 'b7ad6b7169203331';
const sampled = `00-${traceId}-${parentId}-01`;
const unsampled = `00-${traceId}-${parentId}-00`;

const nothingOpen = async () => undefined;
let closeOpen: () => Promise<void> = nothingOpen;
async function close(): Promise<void> {
  await closeOpen();
  closeOpen = nothingOpen;
}
afterEach(close);

/** Lines of the log, at every level. */
let lines: Record<string, unknown>[] = [];

async function open(env: NodeJS.ProcessEnv): Promise<void> {
  lines = [];
  const destination = {
    write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>),
  };
  const logger = createLogger('test', 'debug', { destination, fields: traceFields });
  closeOpen = await openTracing(loadConfig(['tracing'], env).tracing, 'api', logger);
}

async function collect(
  env: Record<string, string> = {},
  answer?: Parameters<typeof startCollector>[0],
): Promise<Collector> {
  const collector = await startCollector(answer);
  onTestFinished(() => collector[Symbol.asyncDispose]());
  await open({ ...collector.env, ...env });
  return collector;
}

/** What a collector has got once all is sent. */
async function spansOf(collector: Collector) {
  await close();
  return collector.spans();
}

const work = async () => activeTraceparent();

describe('without a collector', () => {
  test.each([{}, { OTEL_TRACES_SAMPLER: 'always_off', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }])(
    'there are no spans, and the work is done (%j)',
    async (env) => {
      await open(env);
      expect([
        traceSpan({ name: 'a' }),
        carriedSpan({ name: 'a' }, sampled),
        childSpan({ name: 'a' }),
      ]).toEqual([null, null, null]);
      expect(await inSpan({ name: 'a' }, work)).toBeNull();
      expect(clientTraceOf(sampled)).toBeUndefined();
      expect(traceFields()).toEqual({});
    },
  );
});

describe('what a collector gets', () => {
  test('in JSON and in protobuf, under the path of OTLP or another one, with the headers', async () => {
    const collector = await startCollector();
    onTestFinished(() => collector[Symbol.asyncDispose]());
    const seen: unknown[] = [];
    for (const env of [
      { OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' },
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/adapt/api/otlp/traces` },
    ]) {
      await open({ ...env, OTEL_EXPORTER_OTLP_HEADERS: 'x-token=a%20b' });
      traceSpan({ name: 'the-name' })?.end();
      await close();
      const { headers, body } = collector.requests.at(-1) ?? {};
      seen.push([headers?.['content-type'], headers?.['x-token'], body?.includes('the-name')]);
    }
    expect(seen).toEqual([
      ['application/json', 'a b', true],
      ['application/x-protobuf', 'a b', true],
    ]);
  });

  test('the process, each piece of work below the one that it is part of, and which failed by what', async () => {
    const collector = await collect({
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,region=cn%2Dhangzhou',
    });
    const root = traceSpan({ name: 'root', kind: 'server', facts: { count: 3, none: undefined } });
    const failing = within(root, async () => {
      await inSpan({ name: 'part' }, async (span) => {
        span?.note({ 'landfall.size_bytes': 7 });
        await inSpan({ name: 'part of the part' }, async () => undefined);
      });
      throw new LandfallError('storage.denied', 'with https://u:p@host/?Signature=abc');
    });
    await expect(failing).rejects.toThrow('Signature=abc');
    const spans = await spansOf(collector);
    const byName = new Map(spans.map((span) => [span.name, span]));
    const [outer, part, inner] = ['root', 'part', 'part of the part'].map((name) => byName.get(name));
    expect([outer?.parentId, part?.parentId, inner?.parentId]).toEqual([null, outer?.spanId, part?.spanId]);
    expect(new Set(spans.map((span) => span.traceId)).size).toBe(1);
    expect(outer).toMatchObject({ service: 'landfall-api', hasFailed: true, facts: { count: 3 } });
    expect(outer?.facts['error.type']).toBe('storage.denied');
    expect(part).toMatchObject({ hasFailed: false, facts: { 'landfall.size_bytes': 7 } });
    const sent = Buffer.concat(collector.requests.map(({ body }) => body)).toString();
    expect(sent).toContain('cn-hangzhou');
    expect(sent).not.toContain('Signature');
  });

  test('of work with very many parts the first, and how many were left out', async () => {
    const collector = await collect();
    await within(traceSpan({ name: 'root' }), async () => {
      for (let part = 0; part < 510; part += 1) await inSpan({ name: 'part' }, work);
    });
    const spans = await spansOf(collector);
    expect(spans.filter(({ name }) => name === 'part')).toHaveLength(500);
    expect(spans.find(({ name }) => name === 'root')?.facts['landfall.spans_left_out']).toBe(10);
  });
});

describe('which traces are recorded', () => {
  const isRecorded = (origin: Parameters<typeof traceSpan>[1]) => traceSpan({ name: 'a' }, origin) !== null;

  test.each([
    { sampler: 'parentbased_always_on', fresh: true, on: true, off: false, link: true },
    { sampler: 'parentbased_always_off', fresh: false, on: true, off: false, link: true },
    { sampler: 'parentbased_traceidratio', fresh: false, on: true, off: false, link: true },
    { sampler: 'traceidratio', fresh: false, on: false, off: false, link: true },
    { sampler: 'always_on', fresh: true, on: true, off: true, link: true },
  ])('$sampler at 0: new ones $fresh, those of clients $on and $off', async ({ sampler, ...wanted }) => {
    await collect({ OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: '0' });
    expect({
      fresh: isRecorded({}),
      on: isRecorded({ parent: sampled }),
      off: isRecorded({ parent: unsampled }),
      link: isRecorded({ link: sampled }),
    }).toEqual(wanted);
    // What goes on from a span of ours was recorded, whatever a sampler says of its trace.
    expect(await within(carriedSpan({ name: 'a' }, sampled), work)).toContain(traceId);
  });

  test('a client continues in our trace, and what goes on later is linked', async () => {
    const collector = await collect();
    traceSpan({ name: 'continued' }, { parent: sampled })?.end();
    traceSpan({ name: 'linked' }, { link: sampled })?.end();
    const [continued, linked] = await spansOf(collector);
    expect(continued).toMatchObject({ traceId, parentId });
    expect(linked).toMatchObject({ parentId: null, links: [traceId] });
    expect(linked?.traceId).not.toBe(traceId);
  });

  test.each([
    '',
    'x',
    sampled.toUpperCase(),
    `${sampled}-more`,
    sampled.replace('00-', 'ff-'),
    `00-${'0'.repeat(32)}-${parentId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `${sampled}\n`,
    'a'.repeat(100_000),
  ])('what is no traceparent begins a trace of ours', async (parent) => {
    const collector = await collect();
    traceSpan({ name: 'a' }, { parent })?.end();
    const [span] = await spansOf(collector);
    expect(span?.parentId).toBeNull();
    expect(clientTraceOf(parent)).toBeUndefined();
  });

  test('of a later version of the standard the fields that we know are read', async () => {
    await collect();
    expect(clientTraceOf(`01-${traceId}-${parentId}-03-more`)).toBe(sampled);
  });
});

test('lines of the log name the span that is active, and no other', async () => {
  await collect();
  const logger = createLogger('test', 'info', {
    destination: { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
    fields: traceFields,
  });
  logger.info('before');
  await within(carriedSpan({ name: 'a' }, sampled), async () => {
    await sleep(1);
    logger.info('within');
  });
  expect(lines.map(({ msg, trace_id }) => [msg, trace_id])).toEqual([
    ['before', undefined],
    ['within', traceId],
  ]);
});

describe('a collector in trouble', () => {
  const makeSpans = async (count: number) => {
    for (let made = 0; made < count; made += 1) await within(traceSpan({ name: 'a' }), work);
  };
  const warnings = () => lines.filter(({ level }) => level === 40);

  test.each([
    { what: 'that refuses', status: 403 },
    { what: 'that fails for now', status: 503 },
    { what: 'that never answers', status: null },
  ])('$what holds up neither work nor shutdown, and is told once', async ({ status }) => {
    const collector = await collect(
      { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20hidden' },
      (response) =>
        status === null ? undefined : response.writeHead(status).end('because of hidden reasons'),
    );
    for (let round = 0; round < 3; round += 1) {
      await makeSpans(600);
      await sleep(1);
    }
    await close();
    expect(collector.requests.length).toBeGreaterThan(0);
    expect(warnings()).toMatchObject([{ code: 'tracing.export_failed', msg: 'spans are lost' }]);
    expect(JSON.stringify(lines)).not.toContain('hidden');
  });

  test('that is not there at all is told once, and what waits for it is bounded', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((listening) => server.once('listening', listening));
    const { port } = server.address() as { port: number };
    await new Promise((closed) => server.close(closed));
    await open({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}/secret-path` });
    await makeSpans(10_000);
    await close();
    expect(warnings()).toMatchObject([{ code: 'tracing.export_failed', msg: 'spans are lost' }]);
    expect(JSON.stringify(lines)).not.toContain('secret-path');
  });
});
