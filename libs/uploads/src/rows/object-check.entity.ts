import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Upload } from './upload.entity.js';

/** A pending check with OSS whether the object of an upload is gone, as something reported or suggested. */
@Entity('object_checks')
@Index('object_checks_due', ['dueAt'])
export class ObjectCheck {
  @PrimaryColumn('uuid', { name: 'upload_id', primaryKeyConstraintName: 'object_checks_pkey' })
  @ForeignKey(() => Upload, { name: 'object_checks_upload_fkey', onDelete: 'CASCADE' })
  uploadId!: string;

  /** When OSS is asked next; postponed while it does not answer. */
  @Column('timestamptz', { name: 'due_at' })
  dueAt!: Date;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
