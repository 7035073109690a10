import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Objects that nothing needs any more, to be removed when no URL that was given out for them holds. */
@Entity('removals')
@Index('removals_due', ['dueAt'])
export class Removal {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'removals_pkey' })
  id!: string;

  /** No foreign key: the objects must go although the upload is gone. */
  @Index('removals_upload')
  @Column('uuid', { name: 'upload_id' })
  uploadId!: string;

  /** Name and spec of the rendition that they were; it may be wanted again. */
  @Column('text')
  name!: string;

  @Column('text', { name: 'spec_hash' })
  specHash!: string;

  @Column('text')
  bucket!: string;

  /** With a slash at its end: all objects below it. */
  @Column('text', { name: 'object_key' })
  objectKey!: string;

  /** The life of signed URLs comes on top of it. */
  @Column('timestamptz', { name: 'due_at' })
  dueAt!: Date;
}
