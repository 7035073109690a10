import type { EventType } from '#events';
import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import type { SigningSecret } from '../signing/secrets.js';

/** Why a webhook is disabled: by request of a client, after a 410 response, or after failing for too long. */
export const disabledReasons = ['request', 'gone', 'failing'] as const;
export type DisabledReason = (typeof disabledReasons)[number];

/** A client URL that receives events. */
@Entity('webhooks')
@Check('webhooks_disabled_reason_check', `disabled_reason IN ('request', 'gone', 'failing')`)
export class Webhook {
  /** UUIDv7. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhooks_pkey' })
  id!: string;

  @Column('text')
  url!: string;

  @Column('text')
  description!: string;

  /** Event types to send; all if empty. */
  @Column('text', { array: true })
  types!: EventType[];

  /** Signing secrets, newest first. */
  @Column('jsonb')
  secrets!: SigningSecret[];

  /** Whether events of the same upload are sent one at a time, in order. */
  @Column('boolean')
  ordered!: boolean;

  /** Null while enabled. */
  @Column('timestamptz', { name: 'disabled_at', nullable: true })
  disabledAt!: Date | null;

  @Column('text', { name: 'disabled_reason', nullable: true })
  disabledReason!: DisabledReason | null;

  /** Failed attempts since the last success. */
  @Column('integer', { default: 0 })
  failures!: number;

  /** The first of those failures. */
  @Column('timestamptz', { name: 'failing_since', nullable: true })
  failingSince!: Date | null;

  /** Nothing is sent before this time, because the webhook fails or sent Retry-After. */
  @Column('timestamptz', { name: 'paused_until', nullable: true })
  pausedUntil!: Date | null;

  /** When a client deleted it; the row remains until its deliveries are removed. */
  @Column('timestamptz', { name: 'deleted_at', nullable: true })
  deletedAt!: Date | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}
