import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Counts of the jobs of one kind that ended in one minute, in all workers. They outlive the workers. */
@Entity('job_tallies')
export class JobTally {
  /** Name of a job, or `delivery`. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'job_tallies_pkey' })
  job!: string;

  /** The beginning of the minute. */
  @PrimaryColumn('timestamptz', { primaryKeyConstraintName: 'job_tallies_pkey' })
  minute!: Date;

  /** Jobs done or given up. */
  @Column('integer')
  ended!: number;

  /** Those of `ended` that were given up. */
  @Column('integer')
  failed!: number;
}
