import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A paused queue, from which no worker takes until the row is deleted. Workers read these rows with each report. */
@Entity('paused_queues')
export class PausedQueue {
  /** Name of a queue, or `delivery`. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'paused_queues_pkey' })
  queue!: string;

  @Column('timestamptz', { name: 'paused_at' })
  pausedAt!: Date;
}
