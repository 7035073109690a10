import type { Client } from 'pg';
import { benchBucket } from '../harness/target.js';

/** Prefix of the keys of seeded uploads only. */
export const seedPrefix = 'seeded/';

/** Fills the table like that of a service after some years: most uploads are ready, and keys are in random order. */
export async function fillUploads(client: Client, rows: number): Promise<void> {
  await client.query(
    `INSERT INTO uploads (id, bucket, object_key, etag, size_bytes, mime_type, image_info, vars, kind, status, pipeline,
                          source, proof, created_at, updated_at, sweep_at, ready_at, confirmed_at, last_modified)
     SELECT uuidv7(age), $1, $2 || 'user-' || (n * 7919::bigint) % 50000 || '/IMG ' || md5(n::text) || '.jpg',
            upper(md5('etag' || n)), 1000000 + n, 'image/jpeg',
            '{"width": 4000, "height": 3000, "format": "jpg"}',
            jsonb_build_object('user_id', ((n * 7919::bigint) % 50000)::text, 'album', 'Summer ' || n % 12),
            'image', CASE n % 50 WHEN 0 THEN 'failed' ELSE 'ready' END, 'photos', 'callback', 'url',
            now() + age, now() + age, now() + age, now() + age, now() + age, now() + age
     FROM (SELECT n, (n - $3::int) * interval '1 minute' AS age FROM generate_series(1, $3::int) AS n) AS seeds`,
    [benchBucket, seedPrefix, rows],
  );
  await client.query('VACUUM ANALYZE uploads');
}

/**
 * Adds two rendition versions to each upload. One in a hundred is being remade; one in a thousand is to be removed.
 */
export async function fillVersions(client: Client): Promise<void> {
  const insert = (name: string, status: string, every: number, more = 'NULL') =>
    client.query(
      `INSERT INTO rendition_versions (id, upload_id, position, name, kind, job, spec, spec_hash, status, object_key, mime_type,
                                       width, height, size_bytes, storage_keys, due_at)
       SELECT gen_random_uuid(), id, 0, $1, 'image', 'upload.process', '{"width": 320, "format": "webp"}', $2, $2,
              CASE WHEN $2 = 'ready' THEN 'renditions/' || id || '/' || $1 || '.webp' END, 'image/webp', 320, 240, 20000,
              CASE WHEN $2 = 'retired' THEN ARRAY['renditions/' || id || '/old.webp'] ELSE '{}' END, ${more}
       FROM uploads WHERE object_key LIKE 'seeded/%' AND hashtext(id::text) % ${every} = 0`,
      [name, status],
    );
  await insert('thumb-320', 'ready', 1);
  await insert('thumb-640', 'ready', 1);
  await insert('thumb-640', 'pending', 100);
  await insert('thumb-320', 'retired', 1_000, 'now()');
  await client.query('VACUUM ANALYZE rendition_versions');
}
