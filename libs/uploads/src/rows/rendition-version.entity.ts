import type { MakingJob } from '#outbox';
import type { WarningCode } from '#runtime';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Upload } from './upload.entity.js';

/** `pending → ready | failed → retired`; the changes are in `lifecycle.ts`. */
export const versionStatuses = ['pending', 'ready', 'failed', 'retired'] as const;
export type VersionStatus = (typeof versionStatuses)[number];

/**
 * One making of a rendition by one spec. Of the versions of a rendition one at most is `ready`: that is the one that is served
 * (unique index `rendition_versions_ready`). A `pending` one is what is still to be made, whether for the first time or again. A
 * `retired` one is served no more, and its row lasts as long as its objects.
 */
@Entity('rendition_versions')
@Check('rendition_versions_status_check', `status IN ('pending', 'ready', 'failed', 'retired')`)
@Index('rendition_versions_rendition', ['uploadId', 'name'])
// Their conditions TypeORM does not print as Postgres does: the migration makes them.
@Index('rendition_versions_pending', { synchronize: false })
@Index('rendition_versions_ready', { synchronize: false })
@Index('rendition_versions_due', { synchronize: false })
@Index('rendition_versions_running', { synchronize: false })
@Index('rendition_versions_failed', { synchronize: false })
export class RenditionVersion {
  /** UUIDv7: of two versions of a rendition the larger id is the newer one. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'rendition_versions_pkey' })
  id!: string;

  @Column('uuid', { name: 'upload_id' })
  @ForeignKey(() => Upload, { name: 'rendition_versions_upload_fkey', onDelete: 'CASCADE' })
  uploadId!: string;

  /** Order in the pipelines file, which is the order of making and of the answer. */
  @Column('integer')
  position!: number;

  /** The rendition that it is a version of. */
  @Column('text')
  name!: string;

  /** A kind of rendition of the pipelines file. */
  @Column('text')
  kind!: string;

  /** The job that makes it. */
  @Column('text')
  job!: MakingJob;

  /** What the pipelines file asked for when this was planned. */
  @Column('jsonb')
  spec!: object;

  @Column('text', { name: 'spec_hash' })
  specHash!: string;

  @Column('text', { default: 'pending' })
  status!: VersionStatus;

  /** The object to hand out; of a pending version only when it can be played already. */
  @Column('text', { name: 'object_key', nullable: true })
  objectKey!: string | null;

  /**
   * Where its objects lie: keys, or with a slash at its end the prefix of several. Each is written down before anything is
   * stored under it, so that nothing is left of what was cancelled, failed or killed on the way.
   */
  @Column('text', { name: 'storage_keys', array: true, default: [] })
  storageKeys!: string[];

  @Column('text', { name: 'mime_type', nullable: true })
  mimeType!: string | null;

  @Column('integer', { nullable: true })
  width!: number | null;

  @Column('integer', { nullable: true })
  height!: number | null;

  @Column('bigint', { name: 'size_bytes', nullable: true })
  sizeBytes!: string | null;

  @Column('integer', { name: 'duration_ms', nullable: true })
  durationMs!: number | null;

  /** Share that is made, 0 to 1, while it is made; null before and after. */
  @Column('real', { nullable: true })
  progress!: number | null;

  /** How many times faster than it plays it is made, while it is made. */
  @Column('real', { nullable: true })
  speed!: number | null;

  /** What encoded it: `libx264`, `h264_vaapi`, … */
  @Column('text', { nullable: true })
  encoder!: string | null;

  /** What else is known of the result, by its kind: rungs, codecs, loudness, … */
  @Column('jsonb', { default: {} })
  details!: object;

  /** What of it is not as it should be. */
  @Column('text', { array: true, default: [] })
  warnings!: WarningCode[];

  /** The last lines that the encoder wrote before it failed. Long: read for one upload, not for lists. */
  @Column('text', { nullable: true, select: false })
  log?: string | null;

  @Column('text', { name: 'error_code', nullable: true })
  errorCode!: string | null;

  @Column('text', { name: 'error_message', nullable: true })
  errorMessage!: string | null;

  /**
   * When its objects may be removed, of one that failed or is retired; the life of signed URLs comes on top of it. Null where
   * there is nothing to remove.
   */
  @Column('timestamptz', { name: 'due_at', nullable: true })
  dueAt!: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
