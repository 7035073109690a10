import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Creates tickets, each a permission for one direct upload. Whether one was used is recorded in `uploads.vars`, not here. */
export class CreateTickets1763683260000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tickets (
        id uuid NOT NULL,
        bucket text NOT NULL,
        object_key text COLLATE "C" NOT NULL,
        content_types text[],
        max_bytes bigint NOT NULL,
        vars jsonb NOT NULL DEFAULT '{}',
        pipeline text,
        expires_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT tickets_pkey PRIMARY KEY (id)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE tickets');
  }
}
