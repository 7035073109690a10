import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * A callback that was refused, as it stands in the log of the api: without signature and secrets. Strangers cause these rows,
 * so there are few of each kind, and none is older than a day.
 */
@Entity('refused_callbacks')
export class RefusedCallback {
  /** UUIDv7: its order is that of the refusals. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'refused_callbacks_pkey' })
  id!: string;

  /** What the rows are bounded by: the code, or `signed` where the right key had signed something. */
  @Column('text')
  kind!: string;

  /** The line of the log. */
  @Column('json')
  line!: object;

  /** What was signed, and what probably changed it, step by step. */
  @Column('json')
  explanation!: object;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
