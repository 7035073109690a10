import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A queue from which no worker takes until its row is gone. Workers read it with each of their reports. */
@Entity('paused_queues')
export class PausedQueue {
  /** Name of a queue, or `delivery`. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'paused_queues_pkey' })
  queue!: string;

  @Column('timestamptz', { name: 'paused_at' })
  pausedAt!: Date;
}
