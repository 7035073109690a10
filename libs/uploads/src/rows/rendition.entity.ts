import type { WarningCode } from '#runtime';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { VersionStatus } from './rendition-version.entity.js';

export const renditionStatuses = ['pending', 'ready', 'failed'] as const satisfies readonly VersionStatus[];
export type RenditionStatus = (typeof renditionStatuses)[number];

/**
 * One derived result of an upload: a view of its versions, created by the migration. It shows the version that is served,
 * else the newest pending one, else the last failed one; the progress of the one being made; and the last error.
 */
@Entity('renditions', { synchronize: false })
export class Rendition {
  /** The id of the version that it shows. */
  @PrimaryColumn('uuid')
  readonly id!: string;

  @Column('uuid', { name: 'upload_id' })
  readonly uploadId!: string;

  @Column('integer')
  readonly position!: number;

  @Column('text')
  readonly name!: string;

  @Column('text')
  readonly kind!: string;

  @Column('jsonb')
  readonly spec!: object;

  @Column('text', { name: 'spec_hash' })
  readonly specHash!: string;

  @Column('text')
  readonly status!: RenditionStatus;

  @Column('text', { name: 'object_key', nullable: true })
  readonly objectKey!: string | null;

  @Column('text', { name: 'mime_type', nullable: true })
  readonly mimeType!: string | null;

  @Column('integer', { nullable: true })
  readonly width!: number | null;

  @Column('integer', { nullable: true })
  readonly height!: number | null;

  @Column('bigint', { name: 'size_bytes', nullable: true })
  readonly sizeBytes!: string | null;

  @Column('integer', { name: 'duration_ms', nullable: true })
  readonly durationMs!: number | null;

  @Column('real', { nullable: true })
  readonly progress!: number | null;

  @Column('real', { nullable: true })
  readonly speed!: number | null;

  @Column('text', { nullable: true })
  readonly encoder!: string | null;

  @Column('jsonb')
  readonly details!: object;

  @Column('text', { array: true })
  readonly warnings!: WarningCode[];

  @Column('text', { nullable: true, select: false })
  readonly log?: string | null;

  @Column('text', { name: 'error_code', nullable: true })
  readonly errorCode!: string | null;

  @Column('text', { name: 'error_message', nullable: true })
  readonly errorMessage!: string | null;
}
