import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Upload } from './upload.entity.js';

export const chunkStatuses = ['pending', 'ready'] as const;
export type ChunkStatus = (typeof chunkStatuses)[number];

/** A stretch of a long video that one job encodes, for all streams that are made of it. */
@Entity('chunks')
@Check('chunks_status_check', `status IN ('pending', 'ready')`)
export class Chunk {
  @PrimaryColumn('uuid', { name: 'upload_id', primaryKeyConstraintName: 'chunks_pkey' })
  @ForeignKey(() => Upload, { name: 'chunks_upload_fkey', onDelete: 'CASCADE' })
  uploadId!: string;

  /** The same for all chunks that were cut at once. */
  @PrimaryColumn('uuid', { name: 'plan_id', primaryKeyConstraintName: 'chunks_pkey' })
  planId!: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'chunks_pkey' })
  position!: number;

  /** The versions that are made of the chunks of its plan. */
  @Column('uuid', { name: 'version_ids', array: true })
  versionIds!: string[];

  /** What is encoded, as the worker says it, and its share of all the work as `weight`. */
  @Column('jsonb')
  work!: ChunkWork;

  @Column('text', { default: 'pending' })
  status!: ChunkStatus;

  /** Runs that began and did not fail in order: the one that made it, and one for each worker that died on it. */
  @Column('integer', { default: 0 })
  runs!: number;

  /** Share that is made, 0 to 1. */
  @Column('real', { default: 0 })
  share!: number;

  /** How many times faster than it plays it is made. */
  @Column('real', { nullable: true })
  speed!: number | null;

  /** What was stored, as room `video` says it. */
  @Column('jsonb', { nullable: true })
  made!: object | null;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}

/** What a chunk is to encode; the rest of it only the worker reads. */
export interface ChunkWork {
  readonly weight: number;
  /** What of it plays before the whole is made: pictures, one piece after the other, or the sound up to some point. */
  readonly early?: 'pictures' | 'sound';
  /** Whether playing begins with it. */
  readonly isStart?: boolean;
}
