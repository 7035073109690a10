import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { ExportedSpan } from '#local';
import { type Collector, eventually, queueKinds, type Stack, startCollector } from '#testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countedVideo, png } from '../fixtures/files.fixture.js';
import { startPipelines } from '../fixtures/uploads.fixture.js';

const pipelines = `
version: 1
pipelines:
  - name: photos
    match: { kind: image }
    renditions:
      - { name: thumb, kind: image, width: 32 }
  - name: films
    match: { kind: video }
    renditions:
      - { name: poster, kind: poster, width: 64 }
      - { name: stream, kind: hls, heights: [72], segmentSeconds: 1 }
`;
const clientSpan = 'b7ad6b7169203331';

let folder: string;
let film: Buffer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-traces-'));
  film = await readFile(await countedVideo(folder, { seconds: 3 }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A receiver of webhooks that notes whose trace it is asked to continue, by upload. */
async function startReceiver() {
  const traceparents = new Map<string, string | undefined>();
  const server = createServer(async (request, response) => {
    const { uploadId } = JSON.parse(await text(request)) as { uploadId: string };
    traceparents.set(uploadId, request.headers['traceparent']?.toString());
    response.writeHead(204).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    traceparents,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

describe.each(queueKinds)('traces with the queue on %s', (queue) => {
  let collector: Collector;
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  let stack: Stack;
  let webhookSecret: string;
  const parts = new AsyncDisposableStack();
  beforeAll(async () => {
    collector = parts.use(await startCollector());
    receiver = parts.use(await startReceiver());
    stack = parts.use(
      await startPipelines(queue, pipelines, {
        ...collector.env,
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20of-the-collector',
        WEBHOOKS_ALLOW: '127.0.0.0/8',
        VIDEO_CHUNK_S: '1',
      }),
    );
    const { secret } = await post<{ secret: string }>('/v1/webhooks', {
      url: receiver.url,
      types: ['upload.ready'],
    });
    webhookSecret = secret;
  });
  afterAll(() => parts.disposeAsync());

  const post = async <T>(path: string, body: object, headers: Record<string, string> = {}): Promise<T> => {
    const answer = await fetch(`${stack.api.url}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${stack.env['API_KEYS']}`,
        'content-type': 'application/json',
        ...headers,
      },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(201);
    return (await answer.json()) as T;
  };

  /** Uploads with a ticket that a traced client asked for; returns the id when it is ready and the webhook was told. */
  async function land(fileName: string, content: Buffer, traceId: string): Promise<string> {
    const traceparent = `00-${traceId}-${clientSpan}-01`;
    const { put } = await post<{ put: { url: string; headers: Record<string, string> } }>(
      '/v1/tickets',
      { fileName },
      { traceparent },
    );
    const answer = await fetch(put.url, {
      method: 'PUT',
      headers: put.headers,
      body: new Uint8Array(content),
    });
    const { id } = (await answer.json()) as { id: string };
    expect(await stack.waitFor(id, 'ready', 'failed')).toMatchObject({ status: 'ready', proof: 'ticket' });
    await eventually(() => receiver.traceparents.get(id));
    return id;
  }

  /** The spans of a trace, once those of the webhook and of all parents have come. */
  const traceOf = (traceId: string): Promise<ExportedSpan[]> =>
    eventually(() => {
      const spans = collector.spans().filter((span) => span.traceId === traceId);
      const ids = new Set([clientSpan, ...spans.map(({ spanId }) => spanId)]);
      const isWhole =
        spans.some(({ name }) => name === 'webhook') &&
        spans.every(({ parentId }) => ids.has(parentId ?? ''));
      return isWhole ? spans : undefined;
    });

  test('an upload is one trace, which its ticket brought from the client and its webhook takes on', async () => {
    const traceId = '0af7651916cd43dd8448eb211c803101';
    const id = await land('secret-name.png', await png(64, 48), traceId);
    const spans = await traceOf(traceId);
    const spanOf = new Map(spans.map((span) => [span.name, span]));
    expect([...spanOf.keys()].toSorted()).toEqual(
      expect.arrayContaining(['callback', 'make', 'publish', 'relay', 'store GET', 'store PUT']),
    );
    expect(spans.filter(({ parentId }) => parentId === clientSpan).map(({ name }) => name)).toEqual([
      'callback',
    ]);
    expect(spanOf.get('callback')).toMatchObject({
      service: 'landfall-api',
      facts: { 'landfall.upload.id': id, 'landfall.proof': 'ticket' },
    });
    expect(spanOf.get('relay')?.parentId).toBe(spanOf.get('callback')?.spanId);
    expect(spanOf.get('upload.process')).toMatchObject({
      service: 'landfall-worker',
      parentId: spanOf.get('relay')?.spanId,
      facts: { 'landfall.job.run': 1, 'landfall.job.outcome': 'done', 'landfall.upload.id': id },
    });
    expect(spanOf.get('store PUT')?.facts).toMatchObject({
      'http.response.status_code': 200,
      'landfall.size_bytes': expect.any(Number),
    });
    const webhook = spanOf.get('webhook');
    expect(webhook?.facts).toMatchObject({
      'http.response.status_code': 204,
      'landfall.delivery.attempt': 1,
      'landfall.event.type': 'upload.ready',
    });
    expect(receiver.traceparents.get(id)).toBe(`00-${traceId}-${webhook?.spanId}-01`);
    expect(stack.worker.output()).toMatch(
      new RegExp(`"job":"upload.process".*"trace_id":"${traceId}","span_id":"[0-9a-f]{16}"`),
    );
  });

  test('so is a film that is cut into chunks, with every program that was run for it', async () => {
    const traceId = '0af7651916cd43dd8448eb211c803102';
    await land('film.mp4', film, traceId);
    const spans = await traceOf(traceId);
    const jobs = Map.groupBy(spans, ({ name }) => name);
    expect(jobs.get('upload.transcode')).toHaveLength(1);
    expect(jobs.get('upload.chunk')?.length).toBeGreaterThan(2);
    expect(jobs.get('upload.join')).toHaveLength(1);
    const relays = new Map(jobs.get('relay')?.map((span) => [span.spanId, span]));
    for (const chunk of jobs.get('upload.chunk') ?? [])
      expect(relays.get(chunk.parentId ?? '')?.parentId).toBe(jobs.get('upload.transcode')?.[0]?.spanId);
    const encoders = jobs.get('ffmpeg') ?? [];
    expect(encoders.map(({ facts }) => facts['landfall.task'])).toEqual(
      expect.arrayContaining(['poster', 'encode tracks']),
    );
    expect(encoders.every(({ facts }) => facts['landfall.exit'] === '0')).toBe(true);
    expect(encoders.some(({ facts }) => Number(facts['landfall.speed']) > 0)).toBe(true);
    expect(jobs.get('ffprobe')?.length).toBeGreaterThan(0);
  });

  test('no secret, signature, URL or key of an object is in what was sent', () => {
    const sent = Buffer.concat(collector.requests.map(({ body }) => body)).toString();
    const { env } = stack;
    const secrets = [
      'API_KEYS',
      'API_LINK_SECRET',
      'TICKET_SECRETS',
      'OSS_ACCESS_KEY_ID',
      'OSS_ACCESS_KEY_SECRET',
    ];
    const forbidden = [
      ...secrets.map((name) => String(env[name])),
      webhookSecret,
      'of-the-collector',
      'ignature',
      'x-oss-',
      '://',
      'secret-name',
      'renditions/',
    ];
    expect(sent.length).toBeGreaterThan(1_000);
    expect(forbidden.filter((word) => sent.includes(word))).toEqual([]);
    expect(collector.requests[0]?.headers['authorization']).toBe('Bearer of-the-collector');
  });
});
