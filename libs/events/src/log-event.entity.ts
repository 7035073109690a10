import { Column, Entity, Generated, Index, PrimaryColumn } from 'typeorm';
import type { EventType } from './event-types.js';

/** A row of the event log. */
@Entity('events')
// Created by migrations, because TypeORM cannot declare these partial indexes.
@Index('events_position', { synchronize: false })
@Index('events_unplaced', { synchronize: false })
@Index('events_upload', { synchronize: false })
export class LogEvent {
  /** UUIDv7. `upload.stored` reuses the id of its upload, so it is recorded at most once. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'events_pkey' })
  id!: string;

  /** The order of writing. The driver returns bigint as text. */
  @Column({ type: 'bigint', insert: false, update: false })
  @Generated('increment')
  sequence!: string;

  /** The order of reading; null until the sequencer has placed the event. */
  @Column('bigint', { nullable: true })
  position!: string | null;

  @Column('text')
  type!: EventType;

  @Column('uuid', { name: 'upload_id', nullable: true })
  uploadId!: string | null;

  @Column('jsonb')
  data!: object;

  /** The trace in which the event happened, continued by its webhook deliveries; null if not sampled. */
  @Column('text', { nullable: true })
  traceparent!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_timestamp()' })
  createdAt!: Date;
}
