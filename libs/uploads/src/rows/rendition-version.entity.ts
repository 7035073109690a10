import type { MakingJob } from '#outbox';
import type { WarningCode } from '#runtime';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Upload } from './upload.entity.js';

/** `pending → ready | failed → retired`; the changes are in `lifecycle.ts`. */
export const versionStatuses = ['pending', 'ready', 'failed', 'retired'] as const;
export type VersionStatus = (typeof versionStatuses)[number];

/**
 * One making of a rendition by one spec. At most one version of a rendition is `ready`: the one that is served (unique index
 * `rendition_versions_ready`). A `pending` one is still to be made, for the first time or again. A `retired` one is no
 * longer served, and its row lasts as long as its objects.
 */
@Entity('rendition_versions')
@Check('rendition_versions_status_check', `status IN ('pending', 'ready', 'failed', 'retired')`)
@Index('rendition_versions_rendition', ['uploadId', 'name'])
// Created by the migration, since TypeORM does not print their conditions as Postgres does.
@Index('rendition_versions_pending', { synchronize: false })
@Index('rendition_versions_ready', { synchronize: false })
@Index('rendition_versions_due', { synchronize: false })
@Index('rendition_versions_running', { synchronize: false })
@Index('rendition_versions_failed', { synchronize: false })
export class RenditionVersion {
  /** UUIDv7: of two versions of a rendition, the one with the larger id is newer. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'rendition_versions_pkey' })
  id!: string;

  @Column('uuid', { name: 'upload_id' })
  @ForeignKey(() => Upload, { name: 'rendition_versions_upload_fkey', onDelete: 'CASCADE' })
  uploadId!: string;

  /** Position in the pipelines file, which is also the order of making and of API responses. */
  @Column('integer')
  position!: number;

  /** Name of the rendition. */
  @Column('text')
  name!: string;

  /** A kind of rendition of the pipelines file. */
  @Column('text')
  kind!: string;

  /** The job that makes it. */
  @Column('text')
  job!: MakingJob;

  /** The definition in the pipelines file when this was planned. */
  @Column('jsonb')
  spec!: object;

  @Column('text', { name: 'spec_hash' })
  specHash!: string;

  @Column('text', { default: 'pending' })
  status!: VersionStatus;

  /** Key of the main object; for a pending version set only once it can be played. */
  @Column('text', { name: 'object_key', nullable: true })
  objectKey!: string | null;

  /**
   * Keys of its objects; one that ends with a slash is a prefix. Each is recorded before anything is stored under it, so
   * cancelled, failed and killed jobs leave no unknown objects behind.
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

  /** Share made so far, 0 to 1; null unless it is being made. */
  @Column('real', { nullable: true })
  progress!: number | null;

  /** Encoding speed as a multiple of real time; null unless it is being made. */
  @Column('real', { nullable: true })
  speed!: number | null;

  /** The encoder: `libx264`, `h264_vaapi`, … */
  @Column('text', { nullable: true })
  encoder!: string | null;

  /** Further facts about the result, depending on the kind: rungs, codecs, loudness, … */
  @Column('jsonb', { default: {} })
  details!: object;

  /** Defects of the result. */
  @Column('text', { array: true, default: [] })
  warnings!: WarningCode[];

  /** The last lines of the encoder's output before it failed. Long, so lists do not read it. */
  @Column('text', { nullable: true, select: false })
  log?: string | null;

  @Column('text', { name: 'error_code', nullable: true })
  errorCode!: string | null;

  @Column('text', { name: 'error_message', nullable: true })
  errorMessage!: string | null;

  /**
   * When the objects of a failed or retired version may be removed, plus the lifetime of signed URLs. Null if there is
   * nothing to remove.
   */
  @Column('timestamptz', { name: 'due_at', nullable: true })
  dueAt!: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
