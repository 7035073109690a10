import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * What a worker last said of itself, every few seconds. Nothing is decided by it: whose job it is the locks of the queue say
 * (decision 26).
 */
@Entity('worker_reports')
export class WorkerReport {
  /** Of the process; another one when it starts again. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'worker_reports_pkey' })
  id!: string;

  /** What it takes: of the queues, and deliveries. */
  @Column('text', { array: true })
  queues!: string[];

  /** Ids of the jobs that it runs. */
  @Column('text', { array: true })
  running!: string[];

  /** Ids of the jobs that it gave back to be tried again later, as long as it is not yet later. */
  @Column('text', { array: true })
  delayed!: string[];

  @Column('boolean', { name: 'queue_reachable' })
  queueReachable!: boolean;

  @Column('timestamptz', { name: 'seen_at' })
  seenAt!: Date;
}
