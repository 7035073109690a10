import type { Client } from 'pg';
import { benchBucket } from '../harness/target.js';

/** Keys of seeded uploads begin with it, and no others. */
export const seedPrefix = 'seeded/';

/** Fills the table with uploads as a service of some years would have them: most are ready, keys are in no order. */
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
