import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How many jobs of a kind ended in a minute, in all workers. What outlives the worker that did them. */
@Entity('job_tallies')
export class JobTally {
  /** Name of a job, or `delivery`. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'job_tallies_pkey' })
  job!: string;

  /** The beginning of the minute. */
  @PrimaryColumn('timestamptz', { primaryKeyConstraintName: 'job_tallies_pkey' })
  minute!: Date;

  /** Done, or given up: there is nothing more to do. */
  @Column('integer')
  ended!: number;

  /** Of those: given up. */
  @Column('integer')
  failed!: number;
}
