import { migrateDatabase } from '#database';
import { Client } from 'pg';
import { benchBucket } from '../harness/target.js';

/** The number of uploads, and the number of days over which they landed. */
export interface FillPlan {
  readonly uploads: number;
  readonly days: number;
}

/** Only events and deliveries of the last month are kept, as with the default of EVENT_LOG_KEEP_S. */
const eventDays = 30;
const eventsPerUpload = 3;
const rowsPerStep = 500_000;
const connections = 2;
/** A bucket with a handful of old uploads, for which a list without a suitable index scans everything. */
export const rareBucket = 'landfall-archive';
export const webhookId = '01980000-0000-7000-8000-00000000beef';

/** One or two statements; `name` records permanently that the step is done. */
interface Step {
  readonly name: string;
  run(client: Client): Promise<unknown>;
}

/**
 * Fills a database like that of a service after some years: uploads with one rendition each, tickets, and a month of
 * events and deliveries. Completed steps are recorded, so that an interrupted fill resumes where it stopped.
 */
export async function fillTables(
  databaseUrl: string,
  plan: FillPlan,
  { signal, say }: { signal: AbortSignal; say: (line: string) => void },
): Promise<void> {
  await migrateDatabase(databaseUrl);
  const clients = Array.from(
    { length: connections },
    () => new Client({ connectionString: databaseUrl, application_name: 'landfall-bench-fill' }),
  );
  await using stack = new AsyncDisposableStack();
  for (const client of clients) {
    await client.connect();
    stack.defer(() => client.end());
    // The rows are consistent by construction; checking foreign keys would write each upload once more.
    await client.query(`SET session_replication_role = replica; SET maintenance_work_mem = '1GB';
                        SET synchronous_commit = off; SET max_parallel_maintenance_workers = 1`);
  }
  const [first] = clients;
  if (!first) return;
  await first.query(
    'CREATE TABLE IF NOT EXISTS bench_steps (name text PRIMARY KEY, at timestamptz NOT NULL)',
  );
  await first.query(
    'CREATE TABLE IF NOT EXISTS bench_indexes (name text PRIMARY KEY, definition text NOT NULL)',
  );
  await first.query(`INSERT INTO bench_steps VALUES ('begin', now()) ON CONFLICT DO NOTHING`);
  // Otherwise a checkpoint would occur every few seconds.
  await first.query(`ALTER SYSTEM SET max_wal_size = '16GB'`);
  await first.query('SELECT pg_reload_conf()');
  const inTurn = async (client: Client, steps: Step[]) => {
    for (let step = steps.shift(); step; step = steps.shift()) {
      signal.throwIfAborted();
      const done = await client.query('SELECT FROM bench_steps WHERE name = $1', [step.name]);
      if (done.rowCount) continue;
      const begin = performance.now();
      // The step and its record commit atomically.
      await client.query('BEGIN');
      await step.run(client);
      await client.query('INSERT INTO bench_steps VALUES ($1, now())', [step.name]);
      await client.query('COMMIT');
      say(`${step.name}: ${((performance.now() - begin) / 1_000).toFixed(1)} s`);
    }
  };
  for (const phase of phasesOf(plan)) {
    const steps = await phase(first);
    await Promise.all(clients.map((client) => inTurn(client, steps)));
  }
  const analyzed = await first.query(`SELECT FROM bench_steps WHERE name = 'vacuum'`);
  if (analyzed.rowCount) return;
  say('vacuum …');
  await first.query('VACUUM (ANALYZE)');
  await first.query('ALTER SYSTEM RESET max_wal_size');
  await first.query('SELECT pg_reload_conf()');
  await first.query('CHECKPOINT');
  await first.query(`INSERT INTO bench_steps VALUES ('vacuum', now())`);
}

/** The phases run sequentially; the steps of one phase may run concurrently. */
function phasesOf(plan: FillPlan): ((client: Client) => Promise<Step[]> | Step[])[] {
  const pages = Math.ceil(plan.uploads / rowsPerStep);
  const eventUploads = Math.floor((plan.uploads * Math.min(eventDays, plan.days)) / plan.days);
  const eventPages = Math.ceil((eventUploads * eventsPerUpload) / rowsPerStep);
  const steps = (name: string, count: number, run: (client: Client, page: number) => Promise<unknown>) =>
    Array.from({ length: count }, (_, page) => ({
      name: `${name} ${page + 1} of ${count}`,
      run: (client: Client) => run(client, page),
    }));
  return [
    () => [{ name: 'drop indexes', run: dropIndexes }],
    () =>
      steps('uploads', pages, (client, page) =>
        fillUploadsPage(client, plan, page * rowsPerStep, Math.min(plan.uploads, (page + 1) * rowsPerStep)),
      ),
    () => steps('versions', pages, (client, page) => fillVersionsPage(client, plan, page, pages)),
    () =>
      steps('events', eventPages, (client, page) =>
        fillEventsPage(client, plan, page * rowsPerStep, eventUploads),
      ),
    () => [{ name: 'webhook', run: (client: Client) => fillWebhook(client) }],
    () => steps('deliveries', eventPages, (client, page) => fillDeliveriesPage(client, page * rowsPerStep)),
    () => [{ name: 'tickets', run: (client: Client) => fillTickets(client, eventUploads) }],
    createIndexes,
  ];
}

/** Drops all indexes except those of constraints; they are recreated after the rows are inserted. */
async function dropIndexes(client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `INSERT INTO bench_indexes
     SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
     WHERE indrelid = ANY ('{uploads,rendition_versions,events,deliveries}'::regclass[])
       AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
     RETURNING name`,
  );
  for (const { name } of rows) await client.query(`DROP INDEX ${name}`);
}

async function createIndexes(client: Client): Promise<Step[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    'SELECT name, definition FROM bench_indexes ORDER BY name',
  );
  return rows.map(({ name, definition }) => ({ name: `index ${name}`, run: (own) => own.query(definition) }));
}

/** The age of upload n relative to the start of the fill, so that it is the same after a resumption. */
const ageOf = (n: string) =>
  `(SELECT at FROM bench_steps WHERE name = 'begin') - now() + (${n} - $1::int) * (interval '1 day' * $2::int / $1::int)`;

/**
 * One in 200 uploads is a newer version of the previous object. The kind 'other' and the archive bucket occur only
 * among the oldest hundredth, so lists have to search long for them.
 */
async function fillUploadsPage(
  client: Client,
  { uploads, days }: FillPlan,
  from: number,
  to: number,
): Promise<void> {
  await client.query(
    `INSERT INTO uploads (id, landing, bucket, object_key, etag, size_bytes, mime_type, image_info, vars, tags, labels, kind,
                          status, error_code, error_message, pipeline, source, proof, metadata, perceptual_hash,
                          created_at, updated_at, sweep_at, ready_at, confirmed_at, last_modified, runs)
     SELECT uuidv7(age), md5('landing' || n)::uuid,
            CASE WHEN n % 997 = 0 AND n < $1::int / 100 THEN '${rareBucket}' ELSE '${benchBucket}' END,
            'users/' || (k * 7919::bigint) % 200000 || '/IMG ' || md5(k::text) || '.jpg',
            upper(md5('etag' || n)), 1000000 + n % 4000000, 'image/jpeg', '{"width": 4000, "height": 3000, "format": "jpg"}',
            jsonb_build_object('user_id', ((k * 7919::bigint) % 200000)::text, 'album', 'Summer ' || n % 12),
            CASE WHEN n % 25 = 0 THEN ARRAY['tag-' || n % 1000] ELSE '{}' END,
            CASE WHEN n % 25 = 1 THEN jsonb_build_object('shop', (n % 5000)::text) ELSE '{}' END,
            kind, status,
            CASE status WHEN 'failed' THEN 'media.not_readable' END, CASE status WHEN 'failed' THEN 'not an image' END,
            CASE WHEN status <> 'ignored' THEN 'photos' END, 'callback', 'url',
            '{"format": "jpeg", "width": 4000, "height": 3000, "orientation": 1, "hasAlpha": false, "takenAt": "2026-01-01T10:00:00"}',
            CASE WHEN kind = 'image' AND status = 'ready' THEN ('x' || left(md5('hash' || n), 16))::bit(64)::bigint END,
            now() + age, now() + age, now() + age, CASE status WHEN 'ready' THEN now() + age END, now() + age, now() + age, 1
     FROM (SELECT n, n - CASE WHEN n % 200 = 0 THEN 1 ELSE 0 END AS k, ${ageOf('n')} AS age,
                  CASE WHEN n % 1999 = 0 AND n < $1::int / 100 THEN 'other'
                       WHEN g < 8500 THEN 'image' WHEN g < 9800 THEN 'video' WHEN g < 9960 THEN 'audio' ELSE 'document' END AS kind,
                  CASE WHEN h < 200 THEN 'failed' WHEN h < 300 THEN 'ignored' WHEN h < 350 THEN 'deleted'
                       WHEN h < 352 THEN 'processing' WHEN h < 353 THEN 'stored' ELSE 'ready' END AS status
           FROM (SELECT n, (n * 2654435761::bigint) % 10000 AS h, (n * 40503::bigint / 7) % 10000 AS g
                 FROM generate_series($3::int + 1, $4::int) AS n) AS numbers) AS seeds`,
    [uploads, days, from, to],
  );
}

/** One version for each ready or processing upload of a page, which is a range of time. */
async function fillVersionsPage(
  client: Client,
  { uploads, days }: FillPlan,
  page: number,
  pages: number,
): Promise<void> {
  await client.query(
    `INSERT INTO rendition_versions (id, upload_id, position, name, kind, job, spec, spec_hash, status, object_key, mime_type,
                                     width, height, size_bytes, storage_keys, created_at, updated_at)
     SELECT uuidv7(u.created_at - now()), u.id, 0, 'thumb-320', 'image', 'upload.process',
            '{"kind": "image", "width": 320, "height": null, "fit": "inside", "format": "webp", "quality": "auto", "effort": 4}',
            'b7c1f0a4d2e89c35', CASE WHEN u.status = 'processing' THEN 'pending' ELSE 'ready' END,
            CASE u.status WHEN 'ready' THEN 'renditions/' || u.id || '/thumb-320-b7c1f0a4d2e89c35.webp' END,
            'image/webp', 320, 240, 20000,
            CASE u.status WHEN 'ready' THEN ARRAY['renditions/' || u.id || '/thumb-320-b7c1f0a4d2e89c35.webp'] ELSE '{}' END,
            u.created_at, u.created_at
     FROM uploads AS u
     WHERE u.status IN ('ready', 'processing')
       AND u.id > (SELECT uuidv7(${ageOf('($3::int + 0.5::float8)')}))
       AND u.id <= (SELECT uuidv7(${ageOf('($4::int + 0.5::float8)')}))`,
    [uploads, days, page * Math.ceil(uploads / pages), (page + 1) * Math.ceil(uploads / pages)],
  );
}

const types = `ARRAY['upload.stored', 'rendition.ready', 'upload.ready']`;

/** Events in log order, over the last month. */
async function fillEventsPage(
  client: Client,
  { days }: FillPlan,
  from: number,
  eventUploads: number,
): Promise<void> {
  const count = Math.min(rowsPerStep, eventUploads * eventsPerUpload - from);
  await client.query(
    `INSERT INTO events (id, type, upload_id, data, position, created_at)
     SELECT uuidv7(age), (${types})[n % ${eventsPerUpload} + 1], overlay(overlay(md5('upload' || n / ${eventsPerUpload}) PLACING '7' FROM 13) PLACING '8' FROM 17)::uuid,
            jsonb_build_object('upload', $4::jsonb || jsonb_build_object('vars', jsonb_build_object('user_id', (n / ${eventsPerUpload} % 200000)::text))),
            n, now() + age
     FROM (SELECT n, (SELECT at FROM bench_steps WHERE name = 'begin') - now()
                     + (n - $3::int) * (interval '1 day' * ${Math.min(eventDays, days)} / $3::int) AS age
           FROM generate_series($1::int + 1, $1::int + $2::int) AS n) AS numbers`,
    [from, count, eventUploads * eventsPerUpload, eventUpload],
  );
}

const eventUpload = {
  id: '01980000-0000-7000-8000-000000000000',
  bucket: benchBucket,
  objectKey: 'users/42/photos/2026/holiday-at-the-sea.jpg',
  etag: '5EB63BBBE01EEED093CB22BB8F5ACDC3',
  sizeBytes: 184_320,
  mimeType: 'image/jpeg',
  kind: 'image',
  status: 'processing',
  title: null,
  tags: [],
  labels: {},
  ticketId: null,
  pipeline: 'photos',
  error: null,
  createdAt: '2026-01-15T08:30:00.000Z',
};

async function fillWebhook(client: Client): Promise<void> {
  await client.query(
    `INSERT INTO webhooks (id, url, description, types, secrets, ordered, created_at, updated_at)
     VALUES ($1, 'https://receiver.example.com/', '', '{}', '[]', false, now(), now())`,
    [webhookId],
  );
}

/** One in a thousand deliveries has failed; one in ten thousand waits for its next attempt. */
async function fillDeliveriesPage(client: Client, from: number): Promise<void> {
  await client.query(
    `INSERT INTO deliveries (webhook_id, event_id, position, type, upload_id, ordered, state, attempts, next_attempt_at,
                             attempted_at, duration_ms, status, created_at)
     SELECT $1, id, position, type, upload_id, false,
            CASE WHEN position % 1000 = 0 THEN 'failed' WHEN position % 10000 = 1 THEN 'pending' ELSE 'delivered' END, 1,
            CASE WHEN position % 10000 = 1 THEN now() + interval '1 day' END, created_at, 40, 200, created_at
     FROM events WHERE position > $2 AND position <= $2::bigint + ${rowsPerStep}`,
    [webhookId, from],
  );
}

async function fillTickets(client: Client, count: number): Promise<void> {
  await client.query(
    `INSERT INTO tickets (id, bucket, object_key, max_bytes, vars, expires_at, created_at)
     SELECT uuidv7((n - $1::int) * (interval '30 days' / $1::int)), '${benchBucket}', 'users/' || n, 10000000,
            '{"user_id": "42"}', now() + (n - $1::int) * (interval '30 days' / $1::int), now()
     FROM generate_series(1, $1::int) AS n`,
    [count],
  );
}
