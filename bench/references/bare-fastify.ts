/**
 * An upper bound: only the durable work of a callback. Uses Fastify, the pg pool and node:crypto, with the same
 * checks of the same request and the same rows in the same tables, in one statement for all callbacks that arrive
 * together.
 */
import { createPublicKey, hash, type KeyObject, randomFillSync, timingSafeEqual, verify } from 'node:crypto';
import { parse, type ParsedUrlQuery } from 'node:querystring';
import Fastify, { type FastifyReply } from 'fastify';
import { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';

const { DATABASE_URL, CALLBACK_KEY_HOSTS, CALLBACK_URL_SECRETS, OSS_BUCKETS } = process.env;
const batchMax = 256;
const waitingMax = 10_000;
const statementsAtOnce = 2;
const commitTimeoutMs = 3_500;
const sweepAfterMs = 60_000;
const pool = new Pool({ connectionString: DATABASE_URL, max: 10 });

interface Row {
  id: string;
  /** Identifies a landing: a hash of bucket, key and OSS's request id. */
  landing: string;
  requestId: string;
  bucket: string;
  objectKey: string;
  etag: string;
  sizeBytes: number;
  mimeType: string | null;
  imageInfo: object | null;
  vars: Record<string, unknown>;
  landedAt: number;
  jobId: string;
  jobPayload: object;
}

interface Waiting {
  row: Row;
  reply: FastifyReply;
}

const insertText = `
  WITH landed AS (
    SELECT *, to_timestamp("landedAt" / 1000.0) AS created_at, to_timestamp(("landedAt" + $2::bigint) / 1000.0) AS sweep_at
    FROM jsonb_to_recordset($1::jsonb)
      AS t (id uuid, landing uuid, "requestId" text, bucket text, "objectKey" text, etag text, "sizeBytes" bigint, "mimeType" text, "imageInfo" jsonb,
            vars jsonb, "landedAt" bigint, "jobId" uuid, "jobPayload" jsonb)
  ), inserted AS (
    INSERT INTO uploads (id, landing, request_id, proof, bucket, object_key, etag, size_bytes, mime_type, image_info, vars,
                         status, source, created_at, updated_at, sweep_at)
    SELECT id, landing, "requestId", 'url', bucket, "objectKey", etag, "sizeBytes", "mimeType", "imageInfo", vars,
           'stored', 'callback', created_at, created_at, sweep_at
    FROM landed ON CONFLICT DO NOTHING RETURNING id
  ), queued AS (
    INSERT INTO outbox (id, name, payload)
    SELECT "jobId", 'upload.process', "jobPayload" FROM landed JOIN inserted USING (id)
  )
  SELECT id FROM inserted`;
const knownText = 'SELECT id, status FROM uploads WHERE landing = $1 AND request_id IS NOT NULL';

/** Random bytes are generated for a thousand ids at a time, since the call costs far more than the bytes. */
const randomness = randomFillSync(Buffer.alloc(16_000));
let randomAt = 0;

function newId(): string {
  if (randomAt === randomness.length) {
    randomFillSync(randomness);
    randomAt = 0;
  }
  randomAt += 16;
  return uuidv7({ random: randomness.subarray(randomAt - 16, randomAt) });
}

let waiting: Waiting[] = [];
let running = 0;
let gathering = false;

/** Defers to setImmediate, so that all sockets that are ready are read first and their callbacks join the batch. */
function gather(): void {
  if (gathering || running >= statementsAtOnce || waiting.length === 0) return;
  gathering = true;
  setImmediate(() => {
    gathering = false;
    if (running >= statementsAtOnce || waiting.length === 0) return;
    const batch = waiting.length <= batchMax ? waiting : waiting.slice(0, batchMax);
    waiting = waiting.length <= batchMax ? [] : waiting.slice(batchMax);
    running += 1;
    void commit(batch).finally(() => {
      running -= 1;
      gather();
    });
    gather();
  });
}

async function commit(batch: Waiting[]): Promise<void> {
  try {
    // Sorted by the unique key, so that two processes with the same keys cannot deadlock.
    const sorted = batch.sort((a, b) => (a.row.landing < b.row.landing ? -1 : 1));
    const query = {
      name: 'insert-uploads',
      text: insertText,
      query_timeout: commitTimeoutMs,
      rowMode: 'array',
      values: [JSON.stringify(sorted.map(({ row }) => row)), sweepAfterMs],
    };
    const inserted = await pool.query<[string]>(query);
    const fresh = inserted.rows.length === sorted.length ? undefined : new Set(inserted.rows.flat());
    for (const { row, reply } of sorted) {
      if (!fresh || fresh.has(row.id)) answer(reply, row.id, 'stored');
      else await answerKnown(row, reply);
    }
  } catch (error) {
    console.error(error);
    for (const { reply } of batch) if (!reply.sent) refuse(reply, 503, 'not recorded');
  }
}

async function answerKnown(row: Row, reply: FastifyReply): Promise<void> {
  const { rows } = await pool.query<{ id: string; status: string }>({
    name: 'known-upload',
    text: knownText,
    values: [row.landing],
  });
  const [known] = rows;
  if (known) answer(reply, known.id, known.status);
  else refuse(reply, 503, 'not recorded');
}

function answer(reply: FastifyReply, id: string, status: string): void {
  reply
    .header('content-type', 'application/json; charset=utf-8')
    .send(`{"Status":"OK","id":"${id}","status":"${status}"}`);
}

function refuse(reply: FastifyReply, status: number, problem: string): void {
  reply.code(status).send({ status, problem });
}

/** Keyed by the raw header; equal headers mean equal keys. */
const keys = new Map<string, KeyObject>();
const allowedHosts = (CALLBACK_KEY_HOSTS ?? '').split(',');
const allowedBuckets = new Set((OSS_BUCKETS ?? '').split(','));

async function fetchKey(header: string): Promise<KeyObject> {
  const url = new URL(Buffer.from(header, 'base64').toString());
  if (!allowedHosts.includes(url.host)) throw new Error(`${url.host} may not serve keys`);
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000), redirect: 'error' });
  const key = createPublicKey(await response.text());
  if (keys.size < 8) keys.set(header, key);
  return key;
}

function stringToSign(target: string, body: Buffer): Buffer {
  const queryAt = target.indexOf('?');
  const path = queryAt < 0 ? target : target.slice(0, queryAt);
  const query = queryAt < 0 ? '' : target.slice(queryAt);
  return Buffer.concat([Buffer.from(`${decodeURIComponent(path)}${query}\n`), body]);
}

const wellKnown = new Set([
  'bucket',
  'object',
  'etag',
  'size',
  'mimeType',
  'imageInfo.width',
  'imageInfo.height',
  'imageInfo.format',
]);

/** Parses a form body into columns; undefined if a required field is missing or invalid. */
function readRow(fields: ParsedUrlQuery, requestId: string): Row | undefined {
  const { bucket, object, etag, size, mimeType } = fields;
  if (typeof bucket !== 'string' || typeof object !== 'string' || typeof etag !== 'string') return undefined;
  if (!allowedBuckets.has(bucket) || !/^\d{1,15}$/.test(String(size))) return undefined;
  const vars: Record<string, unknown> = {};
  for (const name in fields) {
    if (!wellKnown.has(name)) vars[name.startsWith('x:') ? name.slice(2) : name] = fields[name];
  }
  const width = Number(fields['imageInfo.width']) || null;
  const height = Number(fields['imageInfo.height']) || null;
  const format = fields['imageInfo.format'] || null;
  const id = newId();
  return {
    id,
    landing: hash('md5', `${bucket}\0${object}\0${requestId}`),
    requestId,
    bucket,
    objectKey: object,
    etag: etag.toUpperCase(),
    sizeBytes: Number(size),
    mimeType: typeof mimeType === 'string' ? mimeType : null,
    imageInfo: width || height || format ? { width, height, format } : null,
    vars,
    landedAt: Date.now(),
    jobId: newId(),
    jobPayload: { v: 1, uploadId: id },
  };
}

const secretDigest = Buffer.from(hash('sha256', CALLBACK_URL_SECRETS ?? ''));
const app = Fastify({ bodyLimit: 65_536, forceCloseConnections: true });
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
app.post<{ Body: Buffer; Params: { secret: string } }>('/callbacks/oss/:secret', (request, reply) => {
  const { authorization = '', 'x-oss-pub-key-url': keyHeader } = request.headers;
  if (typeof keyHeader !== 'string') return refuse(reply, 400, 'no key');
  const take = (key: KeyObject) => {
    const signature = Buffer.from(authorization, 'base64');
    if (!verify('md5', stringToSign(request.raw.url ?? '', request.body), key, signature))
      return refuse(reply, 403, 'wrong signature');
    const given = Buffer.from(hash('sha256', request.params.secret));
    if (!timingSafeEqual(given, secretDigest)) return refuse(reply, 403, 'wrong secret');
    const row = readRow(parse(request.body.toString()), String(request.headers['x-oss-request-id']));
    if (!row) return refuse(reply, 400, 'wrong body');
    if (waiting.length >= waitingMax) return refuse(reply, 503, 'overloaded');
    waiting.push({ row, reply });
    gather();
  };
  const key = keys.get(keyHeader);
  if (key) take(key);
  else fetchKey(keyHeader).then(take, (error: Error) => refuse(reply, 403, error.message));
});

const url = await app.listen({ port: 0, host: '127.0.0.1' });
process.once('disconnect', () => process.exit(0));
process.send?.({ type: 'ready', url });
