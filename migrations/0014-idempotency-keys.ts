import type { QueryRunner } from 'typeorm';
import type { OnlineMigration } from './online-migration.js';

/** Stores responses of requests with an idempotency key. Only adds a table. */
export class IdempotencyKeys1764892800000 implements OnlineMigration {
  readonly locks = [];
  readonly revertLoses = 'the stored responses to requests with an idempotency key';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE idempotency_keys (
        id uuid NOT NULL,
        fingerprint bytea NOT NULL,
        claim uuid NOT NULL,
        claimed_until timestamptz NOT NULL,
        answer bytea,
        created_at timestamptz NOT NULL,
        CONSTRAINT idempotency_keys_pkey PRIMARY KEY (id)
      )`);
    await runner.query('CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE idempotency_keys');
  }
}
