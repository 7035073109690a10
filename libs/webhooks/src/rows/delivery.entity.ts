import type { EventType } from '#events';
import type { ErrorCode } from '#runtime';
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** `pending → delivered | failed`; a replay resets either to pending. */
export const deliveryStates = ['pending', 'delivered', 'failed'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** The type of test events, which are not in the event log. */
export const testType = 'webhook.test';
export type DeliveryType = EventType | typeof testType;

/**
 * One event for one webhook, identified by both; the receiver sees the event id as `webhook-id`. There are no foreign
 * keys, so that rows referenced by millions of others can be removed page by page.
 */
@Entity('deliveries')
@Check('deliveries_state_check', `state IN ('pending', 'delivered', 'failed')`)
// Created by the migration, because TypeORM prints their conditions differently from Postgres.
@Index('deliveries_due', { synchronize: false })
@Index('deliveries_ordered', { synchronize: false })
@Index('deliveries_failed', { synchronize: false })
export class Delivery {
  @PrimaryColumn('uuid', { name: 'webhook_id', primaryKeyConstraintName: 'deliveries_pkey' })
  webhookId!: string;

  @PrimaryColumn('uuid', { name: 'event_id', primaryKeyConstraintName: 'deliveries_pkey' })
  eventId!: string;

  /** Position of the event in the log, 0 for a test; the driver returns bigint as text. */
  @Column('bigint')
  position!: string;

  @Column('text')
  type!: DeliveryType;

  @Column('uuid', { name: 'upload_id', nullable: true })
  uploadId!: string | null;

  /** Whether it waits for earlier events of the same upload, per the webhook's setting when it was created. */
  @Column('boolean')
  ordered!: boolean;

  @Column('text')
  state!: DeliveryState;

  /** Number of attempts started. */
  @Column('integer', { default: 0 })
  attempts!: number;

  /** Null unless pending. */
  @Column('timestamptz', { name: 'next_attempt_at', nullable: true })
  nextAttemptAt!: Date | null;

  /** While a worker sends it: the end of its lease, after which another worker may claim it. */
  @Column('timestamptz', { name: 'leased_until', nullable: true })
  leasedUntil!: Date | null;

  /** When the last attempt ended; the columns up to `errorCode` describe that attempt. */
  @Column('timestamptz', { name: 'attempted_at', nullable: true })
  attemptedAt!: Date | null;

  @Column('integer', { name: 'duration_ms', nullable: true })
  durationMs!: number | null;

  /** HTTP status of the answer; null if there was none. */
  @Column('integer', { nullable: true })
  status!: number | null;

  /** The beginning of the answer, without control characters. */
  @Column('text', { nullable: true })
  answer!: string | null;

  @Column('text', { name: 'error_code', nullable: true })
  errorCode!: ErrorCode | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
