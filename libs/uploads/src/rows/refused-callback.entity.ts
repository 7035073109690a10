import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * A refused callback as the api logged it, without signature and secrets. Anyone can cause these rows, so there are few of
 * each kind, kept for a day.
 */
@Entity('refused_callbacks')
export class RefusedCallback {
  /** UUIDv7: its order is that of the refusals. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'refused_callbacks_pkey' })
  id!: string;

  /** What the bound applies to: the error code, or `signed` if OSS's key signed something else than what arrived. */
  @Column('text')
  kind!: string;

  /** The log line. */
  @Column('json')
  line!: object;

  /** What was signed and what probably changed it, step by step. */
  @Column('json')
  explanation!: object;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
