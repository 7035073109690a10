import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A rendition as its versions make it: what is served, else what is to be made, else what failed last. The api of the release
 * before reads it too, hence `wanted`.
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

/** Why the last making failed was told of the version that stayed. */
const failedAgain = `status = 'ready' AND error_code IS NOT NULL`;

/** By name, whether it is unique, and what follows `ON`. */
const indexes: readonly (readonly [name: string, unique: 'UNIQUE' | '', definition: string])[] = [
  ['rendition_versions_rendition', '', '(upload_id, name)'],
  ['rendition_versions_ready', 'UNIQUE', `(upload_id, name) WHERE status = 'ready'`],
  ['rendition_versions_pending', 'UNIQUE', `(upload_id, name, spec_hash) WHERE status = 'pending'`],
  ['rendition_versions_due', '', '(due_at) WHERE due_at IS NOT NULL'],
  // These find, under the lock, the rows of which two are made.
  ['renditions_wanted', '', '(id) WHERE wanted IS NOT NULL'],
  ['renditions_failed_again', '', `(id) WHERE ${failedAgain}`],
];

/** A UUIDv7 of now, in SQL, and later than `id`: the larger id is the newer version. */
const newId = `(lpad(to_hex(greatest((extract(epoch FROM clock_timestamp()) * 1000)::bigint,
                                     ('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint + 1)), 12, '0') ||
  '7' || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid`;

/** The job of what was made again: by now it is the same job as that of the first time, later in the line. */
const jobNow = (job: string, kind: string, spec: string) => `
  CASE WHEN ${job} = 'upload.retranscode' THEN 'upload.transcode'
       WHEN ${job} = 'upload.refine' THEN 'upload.render'
       WHEN ${job} <> 'upload.reprocess' THEN ${job}
       WHEN ${kind} IN ('loop', 'preview', 'storyboard') OR ${spec} ->> 'format' = 'avif' THEN 'upload.render'
       ELSE 'upload.process' END`;

/**
 * Each making of a rendition is a row of its own: what is to be made again, what is served and what is to be removed were
 * columns, and a table, beside the one row that a rendition had. `renditions` is a view of them.
 *
 * For live tables: the table is renamed and not copied; no statement scans or rewrites it under a lock that others wait for,
 * and rows change where something was to be made again or removed. Each step may run again when the one after it was
 * interrupted. Callbacks are recorded all the while. A worker of the release before finds none of this afterwards and tries
 * again until it is replaced; an api of the release before reads renditions, and cannot have them made again. Long videos that
 * are being encoded in chunks are cut anew.
 */
export class KeepVersions1764374400000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    if (!(await isTable(runner, 'renditions'))) return;
    // Rather fail than stand in a line in which everybody waits.
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
      // An interrupted one has left an index that is not valid.
      await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
      await runner.query(`CREATE ${unique} INDEX CONCURRENTLY ${name} ON renditions ${definition}`);
    }
    // Or the planner, which knows little of a new index, reads the whole table under the lock.
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

  /** In one transaction, for which no worker may run. */
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
    // The others went with the columns.
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

/** Makes rows of what was to be made again and of what was to be removed. */
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
  // What was reserved for a version that is being made is that version's own; the rest is of versions that are gone.
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

/** Chunks belong to versions, and those that are cut at once to one plan. */
async function cutChunksAnew(runner: QueryRunner): Promise<void> {
  await runner.query('DELETE FROM chunks');
  await runner.query(`
    ALTER TABLE chunks DROP CONSTRAINT chunks_pkey, DROP COLUMN job, ADD COLUMN version_ids uuid[] NOT NULL,
                       ADD CONSTRAINT chunks_pkey PRIMARY KEY (upload_id, plan_id, position)`);
  await runner.query('ALTER TABLE chunks RENAME COLUMN part TO work');
}

/** How urgent a job is stands in its payload. What is lost here, or waits in the queue by its old name, the sweep queues. */
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

/** One row for each rendition again; what is to be made beside what is served goes into a column. */
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
  // Of what is planned anew while it is made, the newest.
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
