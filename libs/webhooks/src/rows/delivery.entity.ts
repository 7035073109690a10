import type { EventType } from '#events';
import type { ErrorCode } from '#runtime';
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** `pending → delivered | failed`; a replay makes either pending again. */
export const deliveryStates = ['pending', 'delivered', 'failed'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** What a webhook is sent to try it out; it is in no log. */
export const testType = 'webhook.test';
export type DeliveryType = EventType | typeof testType;

/**
 * One event for one webhook. The two name it: the receiver sees the id of the event as `webhook-id`.
 * There are no foreign keys: what refers to a million rows is removed a page at a time.
 */
@Entity('deliveries')
@Check('deliveries_state_check', `state IN ('pending', 'delivered', 'failed')`)
// Their conditions TypeORM does not print as Postgres does: the migration makes them.
@Index('deliveries_due', { synchronize: false })
@Index('deliveries_ordered', { synchronize: false })
@Index('deliveries_failed', { synchronize: false })
export class Delivery {
  @PrimaryColumn('uuid', { name: 'webhook_id', primaryKeyConstraintName: 'deliveries_pkey' })
  webhookId!: string;

  @PrimaryColumn('uuid', { name: 'event_id', primaryKeyConstraintName: 'deliveries_pkey' })
  eventId!: string;

  /** That of the event in the log, 0 for a test; bigint comes as text from the driver. */
  @Column('bigint')
  position!: string;

  @Column('text')
  type!: DeliveryType;

  @Column('uuid', { name: 'upload_id', nullable: true })
  uploadId!: string | null;

  /** Whether it waits for earlier events of the upload: what the webhook wanted when it was made. */
  @Column('boolean')
  ordered!: boolean;

  @Column('text')
  state!: DeliveryState;

  /** How often it was begun to be sent. */
  @Column('integer', { default: 0 })
  attempts!: number;

  /** Null unless it is pending. */
  @Column('timestamptz', { name: 'next_attempt_at', nullable: true })
  nextAttemptAt!: Date | null;

  /** While a worker sends it: when another may take it, should that one say nothing until then. */
  @Column('timestamptz', { name: 'leased_until', nullable: true })
  leasedUntil!: Date | null;

  /** When the last attempt ended; this and what follows are of that attempt. */
  @Column('timestamptz', { name: 'attempted_at', nullable: true })
  attemptedAt!: Date | null;

  @Column('integer', { name: 'duration_ms', nullable: true })
  durationMs!: number | null;

  /** HTTP status of the answer; null if there was none. */
  @Column('integer', { nullable: true })
  status!: number | null;

  /** How the answer begins, without control characters. */
  @Column('text', { nullable: true })
  answer!: string | null;

  @Column('text', { name: 'error_code', nullable: true })
  errorCode!: ErrorCode | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
