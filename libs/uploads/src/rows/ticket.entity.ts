import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Our permission for one direct upload. */
@Entity('tickets')
// Created by the migration, since TypeORM does not print its condition as Postgres does.
@Index('tickets_follow_up', { synchronize: false })
export class Ticket {
  /** UUIDv7; the first part of the nonce. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'tickets_pkey' })
  id!: string;

  @Column('text')
  bucket!: string;

  @Column({ type: 'text', name: 'object_key', collation: 'C' })
  objectKey!: string;

  /** Content types the object may have; null for any. */
  @Column('text', { name: 'content_types', array: true, nullable: true })
  contentTypes!: string[] | null;

  /** bigint comes as text from the driver. */
  @Column('bigint', { name: 'max_bytes' })
  maxBytes!: string;

  /** Custom values for the upload, without the nonce. */
  @Column('jsonb', { default: {} })
  vars!: Record<string, string>;

  /** Name of the requested pipeline; null lets the pipelines file choose. */
  @Column('text', { nullable: true })
  pipeline!: string | null;

  /** Whether another version may be uploaded with it after the first. */
  @Column('boolean', { default: false })
  overwrite!: boolean;

  /** In whole seconds, as in the nonce. */
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  /** When a worker asks OSS for its object if it is still unused; null if OSS is not asked again. */
  @Column('timestamptz', { name: 'follow_up_at', nullable: true })
  followUpAt!: Date | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
