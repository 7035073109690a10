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

  /** Since when each of them runs, in their order; empty from a worker of the release before. */
  @Column('timestamptz', { name: 'running_since', array: true, default: '{}' })
  runningSince!: Date[];

  /** Ids of the jobs that it gave back to be tried again later, as long as it is not yet later. */
  @Column('text', { array: true })
  delayed!: string[];

  @Column('boolean', { name: 'queue_reachable' })
  queueReachable!: boolean;

  /** How much it does at once, by what it takes. */
  @Column('jsonb', { default: '{}' })
  slots!: Record<string, number>;

  @Column('integer', { nullable: true })
  cores!: number | null;

  @Column('timestamptz', { name: 'seen_at' })
  seenAt!: Date;
}
