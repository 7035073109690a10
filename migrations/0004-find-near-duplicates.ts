import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Adds perceptual hashes and the search for similar ones (multi-index hashing): the Hamming distance is computed exactly, for
 * uploads that match the wanted hash in one of four 16-bit bands, up to the bits that the distance allows per band.
 * Also adds the raw tags of an image, in a separate column that lists do not read.
 *
 * Online: no statement scans or rewrites the table under a blocking lock, so this cannot be one transaction. Each step is
 * idempotent, in case a later one is interrupted. Uploads without a hash, as all are when they land, are not in the index.
 */
export class FindNearDuplicates1763863200000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // Fails instead of blocking all later statements in the lock queue.
    await runner.query(`SET lock_timeout = '10s'`);
    await runner.query(
      'ALTER TABLE uploads ADD COLUMN IF NOT EXISTS perceptual_hash bigint, ADD COLUMN IF NOT EXISTS raw_tags jsonb',
    );
    await runner.query('RESET lock_timeout');
    // Bits 16 and 17 hold the number of the band.
    await runner.query(`
      CREATE OR REPLACE FUNCTION perceptual_bands(hash bigint) RETURNS integer[]
      LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
      RETURN ARRAY[
        (hash & 65535)::integer,
        ((hash >> 16) & 65535)::integer | 65536,
        ((hash >> 32) & 65535)::integer | 131072,
        ((hash >> 48) & 65535)::integer | 196608]`);
    // Each band, and all values that differ from it in up to two bits; -1 stands for no flipped bit.
    await runner.query(`
      CREATE OR REPLACE FUNCTION perceptual_bands_near(hash bigint, flips integer) RETURNS integer[]
      LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
      RETURN (
        SELECT array_agg(DISTINCT band
                 # CASE WHEN one < 0 THEN 0 ELSE 1 << one END
                 # CASE WHEN two < 0 THEN 0 ELSE 1 << two END)
        FROM unnest(perceptual_bands(hash)) AS band,
             generate_series(-1, CASE WHEN flips > 0 THEN 15 ELSE -1 END) AS one,
             generate_series(-1, CASE WHEN flips > 1 THEN 15 ELSE -1 END) AS two)`);
    // An interrupted build leaves an invalid index. Without a GIN pending list, the cost of searches stays constant.
    await runner.query('DROP INDEX CONCURRENTLY IF EXISTS uploads_perceptual');
    await runner.query(`
      CREATE INDEX CONCURRENTLY uploads_perceptual ON uploads USING gin (perceptual_bands(perceptual_hash))
      WITH (fastupdate = off) WHERE perceptual_hash IS NOT NULL`);
    // At least one of four bands has at most a quarter of the differing bits. Without statistics on bands, the planner would
    // scan the whole table; the settings and ROWS correct that.
    await runner.query(`
      CREATE OR REPLACE FUNCTION uploads_near(wanted bigint, most integer) RETURNS TABLE (id uuid, distance integer)
      LANGUAGE sql STABLE STRICT ROWS 100
      SET enable_seqscan = off SET enable_indexscan = off SET max_parallel_workers_per_gather = 0
      SET plan_cache_mode = force_custom_plan
      BEGIN ATOMIC
        SELECT u.id, bit_count((u.perceptual_hash # wanted)::bit(64))::integer AS bits
        FROM uploads AS u
        WHERE u.perceptual_hash IS NOT NULL
          AND perceptual_bands(u.perceptual_hash) && perceptual_bands_near(wanted, most / 4)
          AND bit_count((u.perceptual_hash # wanted)::bit(64)) <= most
        ORDER BY bits, u.id DESC
        LIMIT 10000;
      END`);
  }

  /** Reads no rows of the table. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION uploads_near');
    await runner.query('DROP INDEX uploads_perceptual');
    await runner.query('DROP FUNCTION perceptual_bands_near');
    await runner.query('DROP FUNCTION perceptual_bands');
    await runner.query('ALTER TABLE uploads DROP COLUMN perceptual_hash, DROP COLUMN raw_tags');
  }
}
