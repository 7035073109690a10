import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** One job that must be queued.  */
@Entity('outbox')
export class OutboxRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'outbox_pkey' })
  id!: string;

  @Column('text')
  name!: string;

  @Column('jsonb')
  payload!: Record<string, string | number | boolean>;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}
