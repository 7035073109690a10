import 'reflect-metadata';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrateQueue } from '#jobs';
import { outboxRow, OutboxRow, queueJobs } from '#outbox';
import { createLogger, LandfallError, loadConfig, newId } from '#runtime';
import {
  type Collector,
  eventually,
  queueKinds,
  startApp,
  startCollector,
  testDatabase,
  type TestDatabase,
  testQueue,
} from '#testing';
import { activeTraceparent, openTracing, traceSpan, within } from '#tracing';
import { sweepUploads, Upload, UploadRegistry } from '#uploads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiEnv } from './api-env.fixture.js';
import { callbackPath, formType, useCallbackEndpoint } from './callback-endpoint.fixture.js';
import { type Seen, startJobsWorker } from './jobs-worker.fixture.js';

const logger = createLogger('test', 'silent');
const uploadRow = {
  bucket: 'landfall',
  etag: 'D41D8CD98F00B204E9800998ECF8427E',
  sizeBytes: 1,
  mimeType: 'image/png',
  imageInfo: null,
  vars: {},
  claimedVars: null,
  source: 'callback',
  proof: 'url',
  ticketId: null,
} as const;
const clientTrace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

let collector: Collector;
let database: TestDatabase;
let close: () => Promise<void>;
beforeAll(async () => {
  collector = await startCollector();
  database = await testDatabase();
  close = await openTracing(loadConfig(['tracing'], collector.env).tracing, 'test', logger);
});
afterAll(async () => {
  await close();
  await database[Symbol.asyncDispose]();
  await collector[Symbol.asyncDispose]();
});

const partsOf = (traceId: string | undefined) =>
  collector.spans().filter((span) => span.traceId === traceId && span.name !== 'queue');
const traceIdOf = (traceparent: string | null | undefined) => traceparent?.split('-')[1];

describe.each(queueKinds)('jobs on %s', (kind) => {
  test('another run, and what a job queues, are of the trace in which it was queued', async () => {
    const queue = testQueue(kind, database.url);
    await migrateQueue(queue.url);
    const seen: Seen = { runs: [], givenUp: [], ended: [] };
    const queueJob = (name: 'upload.process' | 'upload.render', uploadId: string) =>
      database.source.transaction((manager) => queueJobs(manager, [outboxRow(name, { v: 1, uploadId })]));
    const [traced, other] = [newId(), newId()];
    const untraced: (string | null)[] = [];
    const stop = await startJobsWorker({ queue, database, seen }, async (uploadId) => {
      const runs = seen.runs.filter((run) => run.uploadId === uploadId);
      if (uploadId !== traced) {
        untraced.push(activeTraceparent());
        return;
      }
      if (runs.length === 1) throw new LandfallError('storage.unavailable');
      if (runs.at(-1)?.name === 'upload.process') await queueJob('upload.render', uploadId);
    });
    const traceId = await within(traceSpan({ name: 'queue' }), async () => {
      await queueJob('upload.process', traced);
      return traceIdOf(activeTraceparent());
    });
    await queueJob('upload.process', other);
    await eventually(() => (seen.ended.length === 4 ? true : undefined));
    await stop();
    expect(untraced).toEqual([null]);
    const spans = await eventually(() => {
      const found = partsOf(traceId);
      return found.length === 5 ? found : undefined;
    });
    const [first, second] = spans.filter(({ name }) => name === 'upload.process');
    expect(first?.facts).toMatchObject({
      'messaging.destination.name': 'thumbnail',
      'landfall.upload.id': traced,
      'landfall.job.run': 1,
      'landfall.job.outcome': 'retried',
      'error.type': 'storage.unavailable',
    });
    expect(second?.facts).toMatchObject({ 'landfall.job.run': 2, 'landfall.job.outcome': 'done' });
    expect([first?.hasFailed, second?.hasFailed]).toEqual([true, false]);
    expect(second?.parentId).toBe(first?.parentId);
    const render = spans.find(({ name }) => name === 'upload.render');
    const relay = spans.find(({ spanId }) => spanId === render?.parentId);
    expect(relay).toMatchObject({ name: 'relay', parentId: second?.spanId });
  });
});

test('callbacks of one statement have a trace each, and that of a client where a ticket brought it', async () => {
  const settings = { batchMax: 100, waitingMax: 1_000, commitTimeoutMs: 5_000, sweepAfterMs: 60_000 };
  const registry = new UploadRegistry(database.pool, settings, logger);
  const landing = (objectKey: string, more = {}) => ({ ...uploadRow, requestId: null, objectKey, ...more });
  const ids = await Promise.all(
    [landing('traced/a'), landing('traced/b'), landing('traced/c', { clientTrace })].map(async (one) => {
      return (await registry.register(one)).id;
    }),
  );
  await registry.close();
  const rows = await Promise.all(
    ids.map((id) => database.source.getRepository(Upload).findOneByOrFail({ id })),
  );
  const traceIds = rows.map(({ traceparent }) => traceIdOf(traceparent));
  expect(new Set(traceIds).size).toBe(3);
  expect(traceIds[2]).toBe(traceIdOf(clientTrace));
  const jobs = await database.source.getRepository(OutboxRow).find();
  const carried = new Map(jobs.map(({ payload, traceparent }) => [payload['uploadId'], traceparent]));
  expect(ids.map((id) => carried.get(id))).toEqual(rows.map(({ traceparent }) => traceparent));
  await collector.find(({ name, facts }) => name === 'callback' && facts['landfall.upload.id'] === ids[0]);
});

test('what the sweep queues again has a trace of its own each time, which points to that of the upload', async () => {
  const landed = [clientTrace, null].map((traceparent) => ({ id: newId(), traceparent }));
  for (const { id, traceparent } of landed) {
    await database.source.query(
      `INSERT INTO uploads (id, bucket, object_key, source, sweep_at, created_at, updated_at, traceparent)
       VALUES ($1, 'landfall', 'swept', 'callback', now(), now(), now(), $2)`,
      [id, traceparent],
    );
  }
  const sweep = async () => {
    const ids = landed.map(({ id }) => id);
    await database.source.query('DELETE FROM outbox');
    await database.source.query('UPDATE uploads SET sweep_at = now() WHERE id = ANY($1)', [ids]);
    await sweepUploads(database.source, 60_000, new AbortController().signal);
    const rows = await database.source.getRepository(OutboxRow).find();
    return ids.map((id) => rows.find(({ payload }) => payload['uploadId'] === id)?.traceparent);
  };
  const [first, untraced] = await sweep();
  const [again] = await sweep();
  expect(untraced).toBeNull();
  expect(new Set([first, again, clientTrace].map(traceIdOf)).size).toBe(3);
  for (const traceparent of [first, again]) {
    const span = await collector.find(({ traceId }) => traceId === traceIdOf(traceparent));
    expect(span).toMatchObject({ name: 'sweep', parentId: null, links: [traceIdOf(clientTrace)] });
  }
});

describe('an api', () => {
  const entry = useCallbackEndpoint(1024);
  const callBack = async (url: string, key: string) => {
    const body = `bucket=landfall&object=${key}&etag=E&size=1`;
    const answer = await fetch(`${url}${callbackPath}`, {
      method: 'POST',
      headers: {
        'content-type': formType,
        authorization: entry.sign(callbackPath, body),
        'x-oss-pub-key-url': entry.keyUrl(),
        traceparent: clientTrace,
      },
      body,
    });
    expect(answer.status).toBe(200);
    return ((await answer.json()) as { id: string }).id;
  };

  test('believes no callback that says whose trace it is', async () => {
    const api = await entry.startApi(collector.env);
    const id = await callBack(api.url, 'a');
    const span = await collector.find(({ facts }) => facts['landfall.upload.id'] === id);
    expect(span).toMatchObject({ name: 'callback', parentId: null, facts: { 'landfall.proof': 'none' } });
    expect(span.traceId).not.toBe(traceIdOf(clientTrace));
  });

  test('and a worker load no SDK of OpenTelemetry while there is no collector', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'landfall-loaded-'));
    const file = join(folder, 'loaded');
    const note = `import { registerHooks } from 'node:module';
      import { appendFileSync } from 'node:fs';
      registerHooks({ load(url, context, next) {
        if (url.startsWith('file:')) appendFileSync(${JSON.stringify(file)}, url + '\\n');
        return next(url, context);
      } });`;
    const env = {
      ...apiEnv(database.url),
      CALLBACK_KEY_HOSTS: entry.keyHost,
      QUEUE_URL: database.url,
      MEDIA_SCRATCH_DIR: join(folder, 'scratch'),
      NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(note)}"`,
    };
    /** The files with packages of OpenTelemetry, beside its api, which prom-client loads anyway. */
    const loadedSdk = async () => {
      const urls = (await readFile(file, 'utf8')).trim().split('\n');
      const texts = await Promise.all(urls.map((url) => readFile(fileURLToPath(url), 'utf8')));
      expect(urls.some((url) => url.endsWith('/programs/api.js'))).toBe(true);
      return urls.filter((_, index) => /node_modules\/@opentelemetry\/(?!api\/)/.test(texts[index] ?? ''));
    };
    await migrateQueue(database.url);
    const api = await startApp('api', env);
    await callBack(api.url, 'b');
    await api.end();
    expect(await loadedSdk()).toEqual([]);
    await (await startApp('worker', env)).end();
    expect(await loadedSdk()).toEqual([]);
    await (await startApp('api', { ...env, ...collector.env })).end();
    expect(await loadedSdk()).not.toEqual([]);
    await rm(folder, { recursive: true });
  });
});
