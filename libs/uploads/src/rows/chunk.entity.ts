import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Upload } from './upload.entity.js';

export const chunkStatuses = ['pending', 'ready'] as const;
export type ChunkStatus = (typeof chunkStatuses)[number];

/** A section of a long video that one job encodes, for all its streams. */
@Entity('chunks')
@Check('chunks_status_check', `status IN ('pending', 'ready')`)
export class Chunk {
  @PrimaryColumn('uuid', { name: 'upload_id', primaryKeyConstraintName: 'chunks_pkey' })
  @ForeignKey(() => Upload, { name: 'chunks_upload_fkey', onDelete: 'CASCADE' })
  uploadId!: string;

  /** Shared by all chunks of one cut. */
  @PrimaryColumn('uuid', { name: 'plan_id', primaryKeyConstraintName: 'chunks_pkey' })
  planId!: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'chunks_pkey' })
  position!: number;

  /** The versions that are made from the chunks of its plan. */
  @Column('uuid', { name: 'version_ids', array: true })
  versionIds!: string[];

  /** What to encode, in the worker's format. */
  @Column('jsonb')
  work!: ChunkWork;

  @Column('text', { default: 'pending' })
  status!: ChunkStatus;

  /** Runs that began, except those that ended normally without making it: the current or last one, and those that died. */
  @Column('integer', { default: 0 })
  runs!: number;

  /** Share encoded so far, 0 to 1. */
  @Column('real', { default: 0 })
  share!: number;

  /** Encoding speed, as a multiple of real time. */
  @Column('real', { nullable: true })
  speed!: number | null;

  /** What was stored, in the worker's format. */
  @Column('jsonb', { nullable: true })
  made!: object | null;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}

/** What a chunk encodes, as far as it matters here; only the worker reads the rest. */
export interface ChunkWork {
  /** Its share of the work of the plan, relative to the other chunks. */
  readonly weight: number;
  /** Set if it plays before the video is ready: `pictures` one piece after the other, `sound` up to some point. */
  readonly early?: 'pictures' | 'sound';
  /** Whether playback begins with it. */
  readonly isStart?: boolean;
}
