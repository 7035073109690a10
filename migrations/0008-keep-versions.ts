import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Shows one version of each rendition: the ready one, else the newest pending one, else the last failed one. `wanted` is for
 * the api of the previous release, which reads the view too.
 */
const renditionsView = `
  CREATE VIEW renditions AS
  SELECT shown.*, making.progress, making.speed, failed.error_code, failed.error_message, failed.log
  FROM (SELECT DISTINCT ON (upload_id, name) id, upload_id, position, name, kind, job, spec, spec_hash, status, object_key,
               mime_type, width, height, size_bytes, duration_ms, encoder, details, warnings, created_at, updated_at,
               NULL::jsonb AS wanted
        FROM rendition_versions WHERE status <> 'retired'
        ORDER BY upload_id, name, status = 'ready' DESC, status = 'pending' DESC, id DESC) AS shown
  LEFT JOIN LATERAL (SELECT progress, speed FROM rendition_versions AS v
                     WHERE v.upload_id = shown.upload_id AND v.name = shown.name AND v.status = 'pending'
                     ORDER BY id DESC LIMIT 1) AS making ON true
  LEFT JOIN LATERAL (SELECT error_code, error_message, log FROM rendition_versions AS v
                     WHERE v.upload_id = shown.upload_id AND v.name = shown.name AND v.status = 'failed'
                     ORDER BY id DESC LIMIT 1) AS failed ON true`;

/** Rows of ready renditions with the error of a later failed attempt. */
const failedAgain = `status = 'ready' AND error_code IS NOT NULL`;

/** Indexes: name, whether unique, and the definition after the table name. */
const indexes: readonly (readonly [name: string, unique: 'UNIQUE' | '', definition: string])[] = [
  ['rendition_versions_rendition', '', '(upload_id, name)'],
  ['rendition_versions_ready', 'UNIQUE', `(upload_id, name) WHERE status = 'ready'`],
  ['rendition_versions_pending', 'UNIQUE', `(upload_id, name, spec_hash) WHERE status = 'pending'`],
  ['rendition_versions_due', '', '(due_at) WHERE due_at IS NOT NULL'],
  // Temporary: these find, under the lock, the rows to be split in two.
  ['renditions_wanted', '', '(id) WHERE wanted IS NOT NULL'],
  ['renditions_failed_again', '', `(id) WHERE ${failedAgain}`],
];

/** SQL for a UUIDv7 of the current time that is greater than `id`, because a larger id means a newer version. */
const newId = `(lpad(to_hex(greatest((extract(epoch FROM clock_timestamp()) * 1000)::bigint,
                                     ('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint + 1)), 12, '0') ||
  '7' || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid`;

/** SQL that maps the former reprocessing jobs to the ordinary ones, which now run them with lower priority. */
const jobNow = (job: string, kind: string, spec: string) => `
  CASE WHEN ${job} = 'upload.retranscode' THEN 'upload.transcode'
       WHEN ${job} = 'upload.refine' THEN 'upload.render'
       WHEN ${job} <> 'upload.reprocess' THEN ${job}
       WHEN ${kind} IN ('loop', 'preview', 'storyboard') OR ${spec} ->> 'format' = 'avif' THEN 'upload.render'
       ELSE 'upload.process' END`;

/**
 * Each version of a rendition becomes a row, and `renditions` a view of them. Until now a rendition was one row, with columns
 * and the table `removals` for what to make again and what to remove.
 *
 * Online: the table is renamed, not copied; no statement scans or rewrites it under a blocking lock, and only rows with
 * something to make again or remove change. Each step is idempotent, in case a later one is interrupted. Callbacks are
 * recorded throughout. Workers of the previous release fail and retry until they are replaced; an api of the previous release
 * can read renditions but not reprocess them. Long videos that are being encoded in chunks start over.
 */
export class KeepVersions1764374400000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    if (!(await isTable(runner, 'renditions'))) return;
    // Fails instead of blocking all later statements in the lock queue.
    await runner.query(`SET lock_timeout = '10s'`);
    await runner.query(`
      ALTER TABLE renditions ADD COLUMN IF NOT EXISTS storage_keys text[] NOT NULL DEFAULT '{}',
                             ADD COLUMN IF NOT EXISTS due_at timestamptz,
                             DROP CONSTRAINT IF EXISTS rendition_versions_status_check`);
    await runner.query(`
      ALTER TABLE renditions ADD CONSTRAINT rendition_versions_status_check
        CHECK (status IN ('pending', 'ready', 'failed', 'retired')) NOT VALID`);
    await runner.query('ALTER TABLE renditions VALIDATE CONSTRAINT rendition_versions_status_check');
    for (const [name, unique, definition] of indexes) {
      // An interrupted build leaves an invalid index.
      await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
      await runner.query(`CREATE ${unique} INDEX CONCURRENTLY ${name} ON renditions ${definition}`);
    }
    // Without fresh statistics, the planner would ignore the new indexes and scan the whole table under the lock.
    await runner.query('ANALYZE renditions, removals');
    await runner.startTransaction();
    await runner.query('LOCK TABLE renditions, removals, chunks');
    await separateVersions(runner);
    await renameTable(runner);
    await cutChunksAnew(runner);
    await renameJobs(runner);
    await runner.commitTransaction();
    await runner.query('RESET lock_timeout');
  }

  /** Runs in one transaction. Stop all workers first. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.startTransaction();
    await runner.query('DROP VIEW renditions');
    await runner.query('ALTER TABLE rendition_versions RENAME TO renditions');
    await runner.query('ALTER INDEX rendition_versions_pkey RENAME TO renditions_pkey');
    await runner.query(
      'ALTER TABLE renditions RENAME CONSTRAINT rendition_versions_upload_fkey TO renditions_upload_fkey',
    );
    await runner.query('ALTER TABLE renditions ADD COLUMN wanted jsonb');
    await joinVersions(runner);
    await runner.query(`
      ALTER TABLE renditions ADD CONSTRAINT renditions_upload_name UNIQUE (upload_id, name),
                             ADD CONSTRAINT renditions_status_check CHECK (status IN ('pending', 'ready', 'failed')),
                             DROP CONSTRAINT rendition_versions_status_check,
                             DROP COLUMN storage_keys, DROP COLUMN due_at`);
    // The others are dropped with their columns.
    for (const name of [
      'rendition_versions_rendition',
      'rendition_versions_ready',
      'rendition_versions_pending',
    ])
      await runner.query(`DROP INDEX ${name}`);
    await runner.query('DELETE FROM chunks');
    await runner.query(`
      ALTER TABLE chunks DROP CONSTRAINT chunks_pkey, DROP COLUMN version_ids, ADD COLUMN job text NOT NULL,
                         ADD CONSTRAINT chunks_pkey PRIMARY KEY (upload_id, job, position)`);
    await runner.query('ALTER TABLE chunks RENAME COLUMN work TO part');
    await runner.query('DELETE FROM outbox');
    await runner.query(`UPDATE uploads SET sweep_at = now() WHERE ${isOpen}`);
    await runner.commitTransaction();
  }
}

const isOpen = `status IN ('stored', 'processing') OR reprocessing_since IS NOT NULL`;

async function isTable(runner: QueryRunner, name: string): Promise<boolean> {
  const [row] = (await runner.query(
    `SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = current_schema AND tablename = $1) AS is`,
    [name],
  )) as [{ is: boolean }];
  return row.is;
}

/** Converts failed attempts, pending reprocessing and pending removals to rows of their own. */
async function separateVersions(runner: QueryRunner): Promise<void> {
  await runner.query(`
    ALTER TABLE renditions DROP CONSTRAINT renditions_upload_name, DROP CONSTRAINT renditions_status_check`);
  await runner.query(`
    INSERT INTO renditions (id, upload_id, position, name, kind, job, spec, spec_hash, status, error_code, error_message, log)
    SELECT ${newId}, upload_id, position, name, kind, job, spec, spec_hash, 'failed', error_code, error_message, log
    FROM renditions WHERE ${failedAgain}`);
  await runner.query(`
    UPDATE renditions SET error_code = NULL, error_message = NULL, log = NULL WHERE ${failedAgain}`);
  await runner.query(`
    INSERT INTO renditions (id, upload_id, position, name, kind, job, spec, spec_hash)
    SELECT ${newId}, upload_id, position, name, wanted ->> 'kind',
           ${jobNow(`wanted ->> 'job'`, `wanted ->> 'kind'`, `wanted -> 'spec'`)}, wanted -> 'spec', wanted ->> 'specHash'
    FROM renditions WHERE wanted IS NOT NULL
    ON CONFLICT DO NOTHING`);
  await runner.query(`UPDATE renditions SET job = ${jobNow('job', 'kind', 'spec')} WHERE status = 'pending'`);
  // Keys reserved for a pending version become its storage keys; the remaining removals belong to retired versions.
  await runner.query(`
    UPDATE renditions AS v SET storage_keys = r.keys
    FROM (SELECT upload_id, name, spec_hash, array_agg(DISTINCT object_key) AS keys FROM removals GROUP BY 1, 2, 3) AS r
    WHERE v.status = 'pending' AND (v.upload_id, v.name, v.spec_hash) = (r.upload_id, r.name, r.spec_hash)`);
  await runner.query(`
    INSERT INTO renditions (id, upload_id, position, name, kind, job, spec, spec_hash, status, storage_keys, due_at)
    SELECT r.id, r.upload_id, 0, r.name, '', 'upload.process', '{}', r.spec_hash, 'retired', ARRAY[r.object_key], r.due_at
    FROM removals AS r JOIN uploads AS u ON u.id = r.upload_id
    WHERE NOT EXISTS (SELECT FROM renditions AS v
                      WHERE v.status = 'pending' AND (v.upload_id, v.name, v.spec_hash) = (r.upload_id, r.name, r.spec_hash))`);
  await runner.query('DROP TABLE removals');
}

async function renameTable(runner: QueryRunner): Promise<void> {
  await runner.query('DROP INDEX renditions_failed_again');
  await runner.query('ALTER TABLE renditions DROP COLUMN wanted');
  await runner.query('ALTER TABLE renditions RENAME TO rendition_versions');
  await runner.query('ALTER INDEX renditions_pkey RENAME TO rendition_versions_pkey');
  await runner.query(
    'ALTER TABLE rendition_versions RENAME CONSTRAINT renditions_upload_fkey TO rendition_versions_upload_fkey',
  );
  await runner.query(renditionsView);
}

/** Chunks now belong to versions and are grouped by plan. Existing ones are deleted. */
async function cutChunksAnew(runner: QueryRunner): Promise<void> {
  await runner.query('DELETE FROM chunks');
  await runner.query(`
    ALTER TABLE chunks DROP CONSTRAINT chunks_pkey, DROP COLUMN job, ADD COLUMN version_ids uuid[] NOT NULL,
                       ADD CONSTRAINT chunks_pkey PRIMARY KEY (upload_id, plan_id, position)`);
  await runner.query('ALTER TABLE chunks RENAME COLUMN part TO work');
}

/** The urgency of a job is now in its payload. The sweep requeues jobs deleted here or queued under their old names. */
async function renameJobs(runner: QueryRunner): Promise<void> {
  await runner.query(`
    UPDATE outbox SET name = 'upload.render' WHERE name = 'upload.refine'`);
  await runner.query(`
    UPDATE outbox SET payload = payload - 'unproven' || '{"urgency": "unproven"}' WHERE payload ? 'unproven'`);
  await runner.query(`
    DELETE FROM outbox WHERE name IN ('upload.reprocess', 'upload.retranscode', 'upload.chunk', 'upload.join')`);
  await runner.query(
    `UPDATE uploads SET sweep_at = now() WHERE reprocessing_since IS NOT NULL AND (${isOpen})`,
  );
}

/** Merges versions into one row per rendition; a pending version beside a ready one goes into the column `wanted`. */
async function joinVersions(runner: QueryRunner): Promise<void> {
  const jobBefore = (job: string, isAgain: string) => `
    CASE ${job} WHEN 'upload.transcode' THEN CASE WHEN ${isAgain} THEN 'upload.retranscode' ELSE ${job} END
                WHEN 'upload.render' THEN CASE WHEN ${isAgain} THEN 'upload.reprocess' ELSE 'upload.refine' END
                ELSE CASE WHEN ${isAgain} THEN 'upload.reprocess' ELSE ${job} END END`;
  await runner.query(`
    CREATE TABLE removals (
      id uuid NOT NULL,
      upload_id uuid NOT NULL,
      name text NOT NULL,
      spec_hash text NOT NULL,
      bucket text NOT NULL,
      object_key text NOT NULL,
      due_at timestamptz NOT NULL,
      CONSTRAINT removals_pkey PRIMARY KEY (id)
    )`);
  await runner.query('CREATE INDEX removals_due ON removals (due_at)');
  await runner.query('CREATE INDEX removals_upload ON removals (upload_id)');
  await runner.query(`
    INSERT INTO removals (id, upload_id, name, spec_hash, bucket, object_key, due_at)
    SELECT gen_random_uuid(), v.upload_id, v.name, v.spec_hash, u.bucket, key, coalesce(v.due_at, now() + interval '7 days')
    FROM renditions AS v JOIN uploads AS u ON u.id = v.upload_id, unnest(v.storage_keys) AS key
    WHERE v.status <> 'ready'`);
  await runner.query(`DELETE FROM renditions WHERE status = 'retired'`);
  // Of several pending versions, only the newest is kept.
  await runner.query(`
    DELETE FROM renditions AS v USING renditions AS n
    WHERE v.status = 'pending' AND n.status = 'pending' AND (v.upload_id, v.name) = (n.upload_id, n.name) AND v.id < n.id`);
  await runner.query(`
    UPDATE renditions AS r SET error_code = f.error_code, error_message = f.error_message, log = f.log
    FROM renditions AS f
    WHERE r.status = 'ready' AND f.status = 'failed' AND (r.upload_id, r.name) = (f.upload_id, f.name)`);
  await runner.query(`
    DELETE FROM renditions AS f USING renditions AS o
    WHERE f.status = 'failed' AND o.status <> 'failed' AND (f.upload_id, f.name) = (o.upload_id, o.name)`);
  await runner.query(`
    UPDATE renditions AS r SET wanted = jsonb_build_object('kind', p.kind, 'job', ${jobBefore('p.job', 'true')},
                                                           'spec', p.spec, 'specHash', p.spec_hash)
    FROM renditions AS p
    WHERE r.status = 'ready' AND p.status = 'pending' AND (r.upload_id, r.name) = (p.upload_id, p.name)`);
  await runner.query(`
    DELETE FROM renditions AS p USING renditions AS r
    WHERE p.status = 'pending' AND r.status = 'ready' AND (p.upload_id, p.name) = (r.upload_id, r.name)`);
  await runner.query(`
    UPDATE renditions AS p SET job = ${jobBefore('p.job', `u.status NOT IN ('stored', 'processing')`)}
    FROM uploads AS u WHERE u.id = p.upload_id AND p.status = 'pending'`);
}
