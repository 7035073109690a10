import type { MakingJob } from '#outbox';
import type { WarningCode } from '#runtime';
import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import { Upload } from './upload.entity.js';

export const renditionStatuses = ['pending', 'ready', 'failed'] as const;
export type RenditionStatus = (typeof renditionStatuses)[number];

/** A rendition that is to take the place of the one there is. */
export interface WantedRendition {
  kind: string;
  job: MakingJob;
  spec: object;
  specHash: string;
}

/** One derived result of an upload. */
@Entity('renditions')
@Unique('renditions_upload_name', ['uploadId', 'name'])
@Check('renditions_status_check', `status IN ('pending', 'ready', 'failed')`)
export class Rendition {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'renditions_pkey' })
  id!: string;

  @Column('uuid', { name: 'upload_id' })
  @ForeignKey(() => Upload, { name: 'renditions_upload_fkey', onDelete: 'CASCADE' })
  uploadId!: string;

  /** Order in the pipelines file, which is the order of making and of the answer. */
  @Column('integer')
  position!: number;

  @Column('text')
  name!: string;

  /** A kind of rendition of the pipelines file. */
  @Column('text')
  kind!: string;

  /** The job that makes it, or has made it. */
  @Column('text')
  job!: MakingJob;

  /** What the pipelines file asked for when this was planned. */
  @Column('jsonb')
  spec!: object;

  @Column('text', { name: 'spec_hash' })
  specHash!: string;

  @Column('text', { default: 'pending' })
  status!: RenditionStatus;

  /** What it is to be replaced by, on request: until that is made, this one stays as it is. */
  @Column('jsonb', { nullable: true })
  wanted!: WantedRendition | null;

  @Column('text', { name: 'object_key', nullable: true })
  objectKey!: string | null;

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

  /** The last lines that the encoder said of a failure. Long: read for one upload, not for lists. */
  @Column('text', { nullable: true, select: false })
  log?: string | null;

  @Column('text', { name: 'error_code', nullable: true })
  errorCode!: string | null;

  @Column('text', { name: 'error_message', nullable: true })
  errorMessage!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
