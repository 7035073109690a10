import { Column, Entity, Generated, Index, PrimaryColumn } from 'typeorm';
import type { EventType } from './event-types.js';

/** Something that happened, as the log keeps it. */
@Entity('events')
// What TypeORM cannot say of an index (its condition): the migration makes them.
@Index('events_position', { synchronize: false })
@Index('events_unplaced', { synchronize: false })
@Index('events_upload', { synchronize: false })
export class LogEvent {
  /** UUIDv7. That of `upload.stored` is the id of its upload, so that it is in the log once. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'events_pkey' })
  id!: string;

  /** The order of writing; bigint comes as text from the driver. */
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

  /** The trace in which it happened, which its deliveries continue; null when that is not recorded. */
  @Column('text', { nullable: true })
  traceparent!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_timestamp()' })
  createdAt!: Date;
}
