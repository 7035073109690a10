import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import type { Findings } from '../compare/findings.js';
import type { Marker } from '../pages/page.js';

/** What starts a comparison. */
export type ReconcileTrigger = 'schedule' | 'command';

/** The progress of a bucket's comparison, or its final state. */
@Entity('reconciles')
@Check('reconciles_trigger_check', `trigger IN ('schedule', 'command')`)
export class Reconcile {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'reconciles_pkey' })
  bucket!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'reconciles_pkey' })
  prefix!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'reconciles_pkey' })
  trigger!: ReconcileTrigger;

  /** The textual key of the request, see `ReconcileScope.asked`. */
  @Column('text')
  asked!: string;

  /** Objects stored earlier are not registered; null registers all. */
  @Column('timestamptz', { nullable: true })
  since!: Date | null;

  /** Where it resumes. */
  @Column('jsonb')
  marker!: Marker;

  /** Findings up to the marker. */
  @Column('jsonb')
  findings!: Findings;

  @Column('timestamptz', { name: 'started_at' })
  startedAt!: Date;

  /** Null while running or interrupted; in the latter case the next run resumes at the marker. */
  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;
}
