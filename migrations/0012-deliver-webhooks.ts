import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Creates webhooks and their deliveries, one for each event that a webhook wants. Only adds tables. */
export class DeliverWebhooks1764720000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE webhooks (
        id uuid NOT NULL,
        url text NOT NULL,
        description text NOT NULL,
        types text[] NOT NULL,
        secrets jsonb NOT NULL,
        ordered boolean NOT NULL,
        disabled_at timestamptz,
        disabled_reason text,
        failures integer NOT NULL DEFAULT 0,
        failing_since timestamptz,
        paused_until timestamptz,
        deleted_at timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT webhooks_pkey PRIMARY KEY (id),
        CONSTRAINT webhooks_disabled_reason_check CHECK (disabled_reason IN ('request', 'gone', 'failing'))
      )`);
    // A row is updated about twice: leaves room in its page, and vacuums at 2 % dead rows instead of the default 20 %.
    await runner.query(`
      CREATE TABLE deliveries (
        webhook_id uuid NOT NULL,
        event_id uuid NOT NULL,
        position bigint NOT NULL,
        type text NOT NULL,
        upload_id uuid,
        ordered boolean NOT NULL,
        state text NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz,
        leased_until timestamptz,
        attempted_at timestamptz,
        duration_ms integer,
        status integer,
        answer text,
        error_code text,
        created_at timestamptz NOT NULL,
        CONSTRAINT deliveries_pkey PRIMARY KEY (webhook_id, event_id),
        CONSTRAINT deliveries_state_check CHECK (state IN ('pending', 'delivered', 'failed'))
      ) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02)`);
    await runner.query(`
      CREATE INDEX deliveries_due ON deliveries (webhook_id, next_attempt_at, position) WHERE state = 'pending'`);
    await runner.query(`
      CREATE INDEX deliveries_ordered ON deliveries (webhook_id, upload_id, position)
        WHERE state = 'pending' AND ordered`);
    await runner.query(`
      CREATE INDEX deliveries_failed ON deliveries (webhook_id, event_id) WHERE state = 'failed'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE deliveries');
    await runner.query('DROP TABLE webhooks');
  }
}
