import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Upload } from './upload.entity.js';

/** OSS is to be asked whether the object of an upload is gone: something said so, or seemed to. */
@Entity('object_checks')
@Index('object_checks_due', ['dueAt'])
export class ObjectCheck {
  @PrimaryColumn('uuid', { name: 'upload_id', primaryKeyConstraintName: 'object_checks_pkey' })
  @ForeignKey(() => Upload, { name: 'object_checks_upload_fkey', onDelete: 'CASCADE' })
  uploadId!: string;

  /** When it is asked; while OSS does not answer, again and again. */
  @Column('timestamptz', { name: 'due_at' })
  dueAt!: Date;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
