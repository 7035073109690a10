import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** Who starts a comparison. */
export const reconcileTriggers = ['schedule', 'command'] as const;
export type ReconcileTrigger = (typeof reconcileTriggers)[number];

/** How far the comparison of a bucket is, or was when it ended. */
@Entity('reconciles')
@Check('reconciles_trigger_check', `trigger IN ('schedule', 'command')`)
export class Reconcile {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'reconciles_pkey' })
  bucket!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'reconciles_pkey' })
  prefix!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'reconciles_pkey' })
  trigger!: ReconcileTrigger;

  /** Objects stored before are not registered; null registers all. */
  @Column('timestamptz', { nullable: true })
  since!: Date | null;

  /** The last key that is done with; null at the beginning. */
  @Column({ type: 'text', nullable: true, collation: 'C' })
  marker!: string | null;

  /** What was found up to the marker. */
  @Column('jsonb')
  findings!: object;

  @Column('timestamptz', { name: 'started_at' })
  startedAt!: Date;

  /** Null while it is under way, or when it was interrupted: then the next one goes on from the marker. */
  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;
}
