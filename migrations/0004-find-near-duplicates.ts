import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Perceptual hashes and the search for near ones: bits that differ are counted exactly, among those uploads that share one
 * of four bands of 16 bits with the one looked for, give or take the bits that the distance allows (multi-index hashing).
 * And the raw tags of a picture, in a column of their own that lists do not read.
 *
 * For live tables: no statement scans or rewrites the table under a lock that others wait for, so it cannot be one
 * transaction. Each step may run again when the one after it was interrupted. Uploads that have no hash, which all have when
 * they land, are not in the index.
 */
export class FindNearDuplicates1763863200000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // Rather fail than stand in a line in which everybody waits.
    await runner.query(`SET lock_timeout = '10s'`);
    await runner.query(
      'ALTER TABLE uploads ADD COLUMN IF NOT EXISTS perceptual_hash bigint, ADD COLUMN IF NOT EXISTS raw_tags jsonb',
    );
    await runner.query('RESET lock_timeout');
    // Bits 16 and 17 say which of the four bands it is.
    await runner.query(`
      CREATE OR REPLACE FUNCTION perceptual_bands(hash bigint) RETURNS integer[]
      LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
      RETURN ARRAY[
        (hash & 65535)::integer,
        ((hash >> 16) & 65535)::integer | 65536,
        ((hash >> 32) & 65535)::integer | 131072,
        ((hash >> 48) & 65535)::integer | 196608]`);
    // A band and those that differ from it in up to two bits; -1 stands for no bit.
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
    // An interrupted one has left an index that is not valid. Without the list of pending entries each search costs the same.
    await runner.query('DROP INDEX CONCURRENTLY IF EXISTS uploads_perceptual');
    await runner.query(`
      CREATE INDEX CONCURRENTLY uploads_perceptual ON uploads USING gin (perceptual_bands(perceptual_hash))
      WITH (fastupdate = off) WHERE perceptual_hash IS NOT NULL`);
    // Of four bands one has a quarter of the differing bits at most. The planner knows no statistics of the bands and would
    // read the whole table: settings and ROWS say what is true of it.
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

  /** In one transaction; nothing of it reads the table. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION uploads_near');
    await runner.query('DROP INDEX uploads_perceptual');
    await runner.query('DROP FUNCTION perceptual_bands_near');
    await runner.query('DROP FUNCTION perceptual_bands');
    await runner.query('ALTER TABLE uploads DROP COLUMN perceptual_hash, DROP COLUMN raw_tags');
  }
}
