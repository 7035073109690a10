import { createLogger, developmentSecrets } from '#runtime';
import { type AppProcess, eventually, ownPostgres, startApp } from '#testing';
import { registryConnections, UploadRegistry } from '#uploads';
import { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apiEnv } from './api-env.fixture.js';

const eventToken = { 'x-eventbridge-signature-token': 'a-long-static-token-of-ours' };
const headers = { authorization: `Bearer ${developmentSecrets.apiKey}` };

let postgres: Awaited<ReturnType<typeof ownPostgres>>;
let pool: Pool;
let api: AppProcess;
let uploadId: string;

beforeAll(async () => {
  postgres = await ownPostgres();
  pool = new Pool({ connectionString: postgres.url, max: registryConnections + 2 });
  pool.on('error', () => undefined);
  const registry = new UploadRegistry(
    pool,
    { batchMax: 10, waitingMax: 10, commitTimeoutMs: 5_000, sweepAfterMs: 60_000 },
    createLogger('test', 'silent'),
  );
  const { id } = await registry.register({
    bucket: 'landfall',
    objectKey: 'a.mp4',
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
  await registry.close();
  uploadId = id;
  await pool.query(
    `INSERT INTO rendition_versions (id, upload_id, position, name, kind, job, spec, spec_hash, status)
     VALUES ($1, $1, 0, 'film', 'hls', 'upload.transcode', '{}', 'spec', 'ready')`,
    [uploadId],
  );
  api = await startApp('api', {
    ...apiEnv(postgres.url),
    EVENTS_ACCEPT: 'eventbridge',
    EVENTS_TOKENS: eventToken['x-eventbridge-signature-token'],
  });
});
afterAll(async () => {
  await api.end();
  await pool.end();
  await postgres[Symbol.asyncDispose]();
});

const ask = async (path: string, init: RequestInit = {}) => {
  const answer = await fetch(`${api.url}${path}`, { headers, ...init });
  return { status: answer.status, retryAfter: answer.headers.get('retry-after'), body: await answer.json() };
};
const eventsOf = (eventName: string) =>
  JSON.stringify({
    events: [{ eventName, oss: { bucket: { name: 'landfall' }, object: { key: 'a.mp4' } } }],
  });
const unavailable = { status: 503, retryAfter: '1', body: { code: 'database.unavailable', status: 503 } };

test('a connection that is lost in the middle of a request for a stream key is an outage, and no fault of ours', async () => {
  const client = await pool.connect();
  await client.query('BEGIN');
  await client.query('LOCK TABLE stream_keys IN ACCESS EXCLUSIVE MODE');
  const answer = ask(`/v1/streams/${uploadId}/film/key`);
  // The upload was found; the query for its key waits for us.
  await eventually(async () => {
    const { rows } = await pool.query<{ ended: boolean }>(
      `SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity
       WHERE application_name = 'landfall-api' AND wait_event_type = 'Lock'`,
    );
    return rows[0]?.ended || undefined;
  });
  await client.query('ROLLBACK');
  client.release();
  expect(await answer).toMatchObject(unavailable);
  expect(await ask(`/v1/streams/${uploadId}/film/key`)).toMatchObject({
    status: 404,
    body: { code: 'rendition.not_found' },
  });
});

test('without a database every request that needs it is told so', async () => {
  await postgres.stop();
  const json = { 'content-type': 'application/json', ...headers };
  const requests: [string, RequestInit?][] = [
    ['/health/ready'],
    ['/v1/uploads'],
    ['/v1/queues'],
    [`/v1/uploads?similarTo=${uploadId}`],
    [`/v1/uploads/${uploadId}`],
    [`/v1/uploads/${uploadId}/reprocess`, { method: 'POST' }],
    [`/v1/uploads/${uploadId}/cancel`, { method: 'POST' }],
    [`/v1/uploads/${uploadId}`, { method: 'DELETE' }],
    [`/v1/streams/${uploadId}/film/key`],
    [`/v1/tickets/${uploadId}`],
    ['/v1/tickets', { method: 'POST', headers: json, body: '{"key":"a.jpg"}' }],
    ['/events/oss', { method: 'POST', headers: eventToken, body: eventsOf('ObjectCreated:PutObject') }],
    ['/events/oss', { method: 'POST', headers: eventToken, body: eventsOf('ObjectRemoved:DeleteObject') }],
  ];
  for (const [path, init] of requests)
    expect([path, await ask(path, init)]).toEqual([
      path,
      expect.objectContaining({ ...unavailable, body: expect.objectContaining(unavailable.body) }),
    ]);
  const shown = async (path: string) => (await fetch(`${api.managementUrl}${path}`)).status;
  expect(await Promise.all(['/queues', '/health/ready', '/health/live', '/metrics'].map(shown))).toEqual([
    503, 503, 200, 200,
  ]);
  await postgres.start();
  await eventually(async () => ((await ask('/v1/uploads')).status === 200 ? true : undefined));
  await eventually(async () => ((await ask('/v1/queues')).status === 200 ? true : undefined));
});
