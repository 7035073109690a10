import type { MakingJob } from '#outbox';
import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Upload } from './upload.entity.js';

export type ChunkStatus = 'pending' | 'ready';

/** A part of a long video that one job encodes, for all streams that are made of it. */
@Entity('chunks')
@Check('chunks_status_check', `status IN ('pending', 'ready')`)
export class Chunk {
  @PrimaryColumn('uuid', { name: 'upload_id', primaryKeyConstraintName: 'chunks_pkey' })
  @ForeignKey(() => Upload, { name: 'chunks_upload_fkey', onDelete: 'CASCADE' })
  uploadId!: string;

  /** The job whose renditions it is a part of. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'chunks_pkey' })
  job!: MakingJob;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'chunks_pkey' })
  position!: number;

  /** The same for all chunks that were cut at once. */
  @Column('uuid', { name: 'plan_id' })
  planId!: string;

  /** What is encoded, as room `video` says it, and for which renditions. */
  @Column('jsonb')
  part!: object;

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
