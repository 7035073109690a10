import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** One job that must be queued. */
@Entity('outbox')
export class OutboxRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'outbox_pkey' })
  id!: string;

  @Column('text')
  name!: string;

  @Column('jsonb')
  payload!: Record<string, string | number | boolean>;

  /** The trace that the job continues; null if it is not recorded. */
  @Column('text', { nullable: true })
  traceparent!: string | null;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}
