import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Upload } from './upload.entity.js';

/** The AES-128 key of one encrypted stream. */
@Entity('stream_keys')
export class StreamKey {
  @PrimaryColumn('uuid', { name: 'upload_id', primaryKeyConstraintName: 'stream_keys_pkey' })
  @ForeignKey(() => Upload, { name: 'stream_keys_upload_fkey', onDelete: 'CASCADE' })
  uploadId!: string;

  /** Name and spec of the rendition. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'stream_keys_pkey' })
  name!: string;

  @PrimaryColumn('text', { name: 'spec_hash', primaryKeyConstraintName: 'stream_keys_pkey' })
  specHash!: string;

  @Column('bytea')
  key!: Buffer;
}
