import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import type { Findings } from '../compare/findings.js';
import type { Marker } from '../pages/page.js';

/** Who starts a comparison. */
export type ReconcileTrigger = 'schedule' | 'command';

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

  /** What was asked for, in words. */
  @Column('text')
  asked!: string;

  /** Objects stored before are not registered; null registers all. */
  @Column('timestamptz', { nullable: true })
  since!: Date | null;

  /** Where it goes on. */
  @Column('jsonb')
  marker!: Marker;

  /** What was found up to the marker. */
  @Column('jsonb')
  findings!: Findings;

  @Column('timestamptz', { name: 'started_at' })
  startedAt!: Date;

  /** Null while it is under way, or when it was interrupted: then the next one goes on from the marker. */
  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;
}
