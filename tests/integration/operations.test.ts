import { readFileSync } from 'node:fs';
import { createLogger, developmentSecrets } from '#runtime';
import { type AppProcess, startApp, testDatabase, type TestDatabase } from '#testing';
import { UploadRegistry } from '#uploads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiEnv } from './api-env.fixture.js';

interface Operation {
  operationId: string;
  security: object[];
}
const { paths } = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as {
  paths: Record<string, Record<string, Operation>>;
};
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { operationId, security }]) => ({
    operationId,
    security,
    method: method.toUpperCase(),
    path,
  })),
);

/** What an operation is asked for, what it answers, and the test that says all of it. */
interface Row {
  status: number;
  test: string;
  body?: object;
  query?: string;
  /** Ids in the path in the order of its variables: of these things. */
  of?: ('upload' | 'ticket' | 'webhook' | 'event')[];
  /** Other values in the path. */
  values?: string[];
}
const integration = 'tests/integration';
const streams = 'tests/acceptance/films/streams.test.ts';
const delivery = `${integration}/webhook-endpoint.test.ts`;

/** Every operation. In their order they leave what later ones need; `deleteWebhook` and `deleteUpload` come last. */
const table: Record<string, Row> = {
  // Nobody but OSS signs these.
  receiveCallback: { status: 403, test: `${integration}/callback-endpoint.test.ts` },
  receiveCallbackAtSecretUrl: {
    status: 403,
    values: ['a-secret'],
    test: `${integration}/callback-endpoint.test.ts`,
  },
  receiveOssEvents: { status: 403, test: `${integration}/event-endpoint.test.ts` },
  receiveOssEventsAtSecretUrl: {
    status: 403,
    values: ['a-secret'],
    test: `${integration}/event-refusals.test.ts`,
  },
  getLiveness: { status: 200, test: `${integration}/http-answers.test.ts` },
  getReadiness: { status: 200, test: `${integration}/database-outage.test.ts` },
  getQueues: { status: 200, test: `${integration}/queues.test.ts` },
  pauseQueue: { status: 200, values: ['transcode'], test: `${integration}/pauses.test.ts` },
  resumeQueue: { status: 200, values: ['transcode'], test: `${integration}/pauses.test.ts` },
  listWorkers: { status: 200, test: `${integration}/pauses.test.ts` },
  getPipelines: { status: 200, test: `${integration}/pipelines-endpoint.test.ts` },
  getPipelinesSchema: { status: 200, test: `${integration}/pipelines-endpoint.test.ts` },
  checkPipelines: {
    status: 200,
    body: { text: 'version: 1' },
    test: `${integration}/pipelines-endpoint.test.ts`,
  },
  dryRunPipelines: { status: 200, body: {}, test: `${integration}/pipelines-endpoint.test.ts` },
  // Its upload is none that was read.
  tryRendition: {
    status: 404,
    body: { uploadId: '019bbd8e-7b00-7000-8000-000000000001', rendition: { width: 10 } },
    test: `${integration}/pipelines-endpoint.test.ts`,
  },
  getTrial: {
    status: 404,
    values: ['019bbd8e-7b00-7000-8000-000000000001'],
    test: `${integration}/pipelines-endpoint.test.ts`,
  },
  // Nothing is made of an upload here: links and keys are of what is.
  getStreamKey: { status: 404, of: ['upload'], values: ['hls'], test: streams },
  getStreamFile: {
    status: 403,
    of: ['upload'],
    values: ['hls', 'master.m3u8'],
    query: '?expires=1&signature=x',
    test: streams,
  },
  listEvents: { status: 200, test: `${integration}/live-feed.test.ts` },
  streamEvents: { status: 200, test: `${integration}/live-stream.test.ts` },
  getFailures: { status: 200, test: `${integration}/failures.test.ts` },
  listRefusedCallbacks: { status: 200, test: `${integration}/callback-refusals.test.ts` },
  getStats: { status: 200, test: `${integration}/stats.test.ts` },
  issueTicket: {
    status: 201,
    body: { fileName: 'a.jpg' },
    test: 'tests/acceptance/landings/tickets.test.ts',
  },
  getTicket: { status: 200, of: ['ticket'], test: 'tests/acceptance/landings/tickets.test.ts' },
  issueToken: { status: 201, body: { vars: { user: '7' } }, test: `${integration}/live-tokens.test.ts` },
  listUploads: { status: 200, test: `${integration}/query-api.test.ts` },
  getUpload: { status: 200, of: ['upload'], test: `${integration}/query-api.test.ts` },
  getOriginal: { status: 200, of: ['upload'], test: `${integration}/originals.test.ts` },
  updateUpload: {
    status: 200,
    of: ['upload'],
    body: { title: 'T' },
    test: `${integration}/update-upload.test.ts`,
  },
  reprocessUpload: { status: 202, of: ['upload'], test: `${integration}/reprocess.test.ts` },
  cancelUpload: { status: 200, of: ['upload'], test: `${integration}/cancel.test.ts` },
  createWebhook: { status: 201, body: { url: 'http://127.0.0.1:9/' }, test: delivery },
  listWebhooks: { status: 200, test: delivery },
  getWebhook: { status: 200, of: ['webhook'], test: delivery },
  updateWebhook: { status: 200, of: ['webhook'], body: { description: 'd' }, test: delivery },
  rotateWebhookSecret: { status: 200, of: ['webhook'], body: {}, test: delivery },
  testWebhook: { status: 202, of: ['webhook'], test: delivery },
  listDeliveries: { status: 200, of: ['webhook'], test: delivery },
  getDelivery: { status: 200, of: ['webhook', 'event'], test: delivery },
  replayDelivery: { status: 202, of: ['webhook', 'event'], test: delivery },
  replayDeliveries: {
    status: 202,
    of: ['webhook'],
    body: { since: '2026-01-01T00:00:00Z' },
    test: delivery,
  },
  deleteWebhook: { status: 204, of: ['webhook'], test: delivery },
  deleteUpload: { status: 200, of: ['upload'], test: `${integration}/update-upload.test.ts` },
};

test('the table has every operation of docs/openapi.json, and no other', () => {
  expect(Object.keys(table).toSorted()).toEqual(operations.map(({ operationId }) => operationId).toSorted());
});

test.each(operations.map(({ operationId, path }) => [operationId, path]))(
  'a test asks for %s',
  (name, path) => {
    const text = readFileSync(table[name]?.test ?? '', 'utf8');
    const [last = ''] = path
      .split('/')
      .filter((part) => part !== '' && !part.startsWith('{'))
      .slice(-1);
    expect(text).toContain(last);
  },
);

// What each answers is compared with the document too: `startApp` watches every answer of an api.
describe('every operation answers as the table says', () => {
  let database: TestDatabase;
  let api: AppProcess;
  const ids: Record<string, string> = {};
  beforeAll(async () => {
    database = await testDatabase();
    const settings = { batchMax: 100, waitingMax: 1_000, commitTimeoutMs: 5_000, sweepAfterMs: 60_000 };
    const registry = new UploadRegistry(database.pool, settings, createLogger('test', 'silent'));
    const landed = await registry.register({
      bucket: 'landfall',
      objectKey: 'a.jpg',
      etag: 'D41D8CD98F00B204E9800998ECF8427E',
      sizeBytes: 1,
      mimeType: null,
      imageInfo: null,
      vars: {},
      claimedVars: null,
      source: 'callback',
      proof: 'url',
      ticketId: null,
      requestId: null,
    });
    ids['upload'] = landed.id;
    await registry.close();
    api = await startApp('api', { ...apiEnv(database.url), WEBHOOKS_ALLOW: '127.0.0.1' });
  });
  afterAll(async () => {
    await api.end();
    await database[Symbol.asyncDispose]();
  });

  const ask = async (name: string, values: string[], headers: Record<string, string>) => {
    const operation = operations.find(({ operationId }) => operationId === name);
    const { body, query = '' } = table[name] ?? {};
    const left = [...values];
    const path = operation?.path.replace(/\{\w+\}/g, () => left.shift() ?? '');
    const leaving = new AbortController();
    const answer = await fetch(`${api.url}${path}${query}`, {
      method: operation?.method ?? '',
      headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: leaving.signal,
    });
    const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream');
    const text = isStream ? '' : await answer.text();
    leaving.abort();
    return { status: answer.status, text };
  };
  const withKey = { authorization: `Bearer ${developmentSecrets.apiKey}` };

  test.each(Object.entries(table))('%s', async (name, { status, of = [], values = [] }) => {
    const given = [...of.map((thing) => ids[thing] ?? ''), ...values];
    const answer = await ask(name, given, withKey);
    expect([answer.status, status === answer.status ? '' : answer.text]).toEqual([status, '']);
    const made = { issueTicket: 'ticket', createWebhook: 'webhook', testWebhook: 'event' }[name];
    const { id = '', eventId = id } = (made ? JSON.parse(answer.text) : {}) as Record<string, string>;
    if (made) ids[made] = made === 'event' ? eventId : id;
  });

  test.each(operations.filter(({ security }) => security.length > 0).map(({ operationId }) => [operationId]))(
    '%s is closed to strangers',
    async (name) => {
      const { of = [], values = [] } = table[name] ?? {};
      const { status, text } = await ask(name, [...of.map((thing) => ids[thing] ?? ''), ...values], {});
      expect([401, 403, 404]).toContain(status);
      expect(JSON.parse(text)).toMatchObject({ code: expect.stringMatching(/^(?!request\.not_found)/) });
    },
  );

  test.each(operations.filter(({ path }) => /\{(id|uploadId|eventId)\}/.test(path)))(
    '$operationId of nothing is refused',
    async ({ operationId, path }) => {
      const { values = [], of = [] } = table[operationId] ?? {};
      const nothing = of.map(() => 'not-a-uuid');
      const { status, text } = await ask(operationId, [...nothing, ...values], withKey);
      expect([path, status]).toEqual([path, 400]);
      expect(JSON.parse(text)).toHaveProperty('code');
    },
  );
});
