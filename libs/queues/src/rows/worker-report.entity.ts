import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * The last report of a worker, updated every few seconds. It does not decide who owns a job; the locks of the queue do
 * (decision 26).
 */
@Entity('worker_reports')
export class WorkerReport {
  /** Id of the process; a new one after each start. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'worker_reports_pkey' })
  id!: string;

  /** What it takes work from: queues, and `delivery`. */
  @Column('text', { array: true })
  queues!: string[];

  /** Ids of the jobs that it runs. */
  @Column('text', { array: true })
  running!: string[];

  /** The start of each of them, in the same order; empty from a worker of the previous release. */
  @Column('timestamptz', { name: 'running_since', array: true, default: '{}' })
  runningSince!: Date[];

  /** Ids of the jobs that it returned to the queue and whose retry is not due yet. */
  @Column('text', { array: true })
  delayed!: string[];

  @Column('boolean', { name: 'queue_reachable' })
  queueReachable!: boolean;

  /** Concurrency, by queue or `delivery`. */
  @Column('jsonb', { default: '{}' })
  slots!: Record<string, number>;

  @Column('integer', { nullable: true })
  cores!: number | null;

  @Column('timestamptz', { name: 'seen_at' })
  seenAt!: Date;
}
