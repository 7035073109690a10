import type { ImageInfo, Placeholder } from '#media';
import type { WarningCode } from '#runtime';
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** `stored → processing → ready | failed | ignored` (no pipeline wants it), and `deleted`. */
export const uploadStatuses = ['stored', 'processing', 'ready', 'failed', 'ignored', 'deleted'] as const;
export type UploadStatus = (typeof uploadStatuses)[number];

/** What the bytes are, read from the bytes. */
export const mediaKinds = ['image', 'video', 'audio', 'document', 'other'] as const;
export type MediaKind = (typeof mediaKinds)[number];

/**
 * Who vouches for a landing. `ticket`: it brought a nonce of ours for this object. `url`: it came to our secret callback URL.
 * `object`: nobody, but OSS has the object version that it told of. What of these holds decides whose word its vars are.
 */
export const proofs = ['ticket', 'url', 'object'] as const;
export type Proof = (typeof proofs)[number];

/**
 * How we learned of a landing: OSS called back, a worker asked for the object of a ticket, OSS
 * notified us of the event, or the bucket was listed.
 */
export const uploadSources = ['callback', 'ticket', 'event', 'reconcile'] as const;
export type UploadSource = (typeof uploadSources)[number];

/**
 * One landing of one object version. While it waits to be confirmed any number of rows may tell of a version; of those that
 * are confirmed and neither over nor gone, one at most holds it (decision 18).
 */
@Entity('uploads')
@Check('uploads_status_check', `status IN ('stored', 'processing', 'ready', 'failed', 'ignored', 'deleted')`)
// What TypeORM cannot say of an index (its type, its condition as Postgres prints it): the migration makes them.
@Check('uploads_proof_check', `proof IN ('ticket', 'url', 'object')`)
@Check('uploads_source_check', `source IN ('callback', 'ticket', 'event', 'reconcile')`)
@Index('uploads_landing', { synchronize: false })
@Index('uploads_version', { synchronize: false })
@Index('uploads_key', { synchronize: false })
@Index('uploads_unproven_key', { synchronize: false })
@Index('uploads_ticket', { synchronize: false })
@Index('uploads_merged', { synchronize: false })
@Index('uploads_vars', { synchronize: false })
@Index('uploads_tags', { synchronize: false })
@Index('uploads_labels', { synchronize: false })
@Index('uploads_perceptual', { synchronize: false })
@Index('uploads_sweep', { synchronize: false })
@Index('uploads_ended', { synchronize: false })
@Index('uploads_kind', { synchronize: false })
@Index('uploads_failed', { synchronize: false })
export class Upload {
  /** UUIDv7: its order is the order of landing, so the primary key serves "newest first", cursors and time filters. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'uploads_pkey' })
  id!: string;

  @Column('text')
  bucket!: string;

  @Column({ type: 'text', name: 'object_key', collation: 'C' })
  objectKey!: string;

  /** Without quotes, upper-case; null until OSS is asked, when the callback's template leaves it out. */
  @Column('text', { nullable: true })
  etag!: string | null;

  /** bigint comes as text from the driver; null until OSS is asked, when the callback's template leaves it out. */
  @Column('bigint', { name: 'size_bytes', nullable: true })
  sizeBytes!: string | null;

  /** As the callback said, then as the bytes say. */
  @Column('text', { name: 'mime_type', nullable: true })
  mimeType!: string | null;

  @Column('jsonb', { name: 'image_info', nullable: true })
  imageInfo!: ImageInfo | null;

  /** Custom values that somebody vouches for. */
  @Column('jsonb', { default: {} })
  vars!: Record<string, string>;

  /** Custom values of a callback that nobody vouches for: shown, and never believed. */
  @Column('jsonb', { name: 'claimed_vars', nullable: true })
  claimedVars!: Record<string, string> | null;

  /** What your backend says of it: title, tags, labels. No callback changes them. */
  @Column('text', { nullable: true })
  title!: string | null;

  @Column('text', { array: true, default: [] })
  tags!: string[];

  @Column('jsonb', { default: {} })
  labels!: Record<string, string>;

  /** Null while nobody vouches for it: then it is in no list but that of what is stored. */
  @Column('text', { nullable: true })
  proof!: Proof | null;

  /** The ticket whose nonce it brought. */
  @Column('uuid', { name: 'ticket_id', nullable: true })
  ticketId!: string | null;

  /** The same for every message of one landing, another for any other: see `landingKeyOf`. */
  @Column('uuid', { nullable: true })
  landing!: string | null;

  /** OSS's id of the request that uploaded, where the callback tells it. */
  @Column('text', { name: 'request_id', nullable: true })
  requestId!: string | null;

  /** When OSS was last seen to have this version; null until then. */
  @Column('timestamptz', { name: 'confirmed_at', nullable: true })
  confirmedAt!: Date | null;

  /** When OSS stored this version, by its own clock, which counts seconds; null until OSS is asked. */
  @Column('timestamptz', { name: 'last_modified', nullable: true })
  lastModified!: Date | null;

  /** The upload that stands for this landing, because it held the version already; this one is `deleted` then. */
  @Column('uuid', { name: 'merged_into', nullable: true })
  mergedInto!: string | null;

  @Column('text', { nullable: true })
  kind!: MediaKind | null;

  @Column('text', { default: 'stored' })
  status!: UploadStatus;

  @Column('text', { name: 'error_code', nullable: true })
  errorCode!: string | null;

  @Column('text', { name: 'error_message', nullable: true })
  errorMessage!: string | null;

  /** What of its bytes is not as it should be, although something was made of them. */
  @Column('text', { array: true, default: [] })
  warnings!: WarningCode[];

  /** Name of the pipeline that the upload matched. */
  @Column('text', { nullable: true })
  pipeline!: string | null;

  /** How we learned of it first. */
  @Column('text')
  source!: UploadSource;

  /** Facts read from the bytes. */
  @Column('jsonb', { default: {} })
  metadata!: object;

  /** The tags that the facts were read from, and the rest of them. Long: read for one upload, not for lists. */
  @Column('jsonb', { name: 'raw_tags', nullable: true, select: false })
  rawTags?: object | null;

  @Column('jsonb', { nullable: true })
  placeholder!: Placeholder | null;

  /** 64 bits that stay near when the picture is resized or encoded again. bigint comes as text from the driver. */
  @Column('bigint', { name: 'perceptual_hash', nullable: true })
  perceptualHash!: string | null;

  /** Job runs that began and never ended in order: each is a worker that died on it. */
  @Column('integer', { default: 0 })
  runs!: number;

  /** When the sweep looks at it next, while it is not finished or reprocessed. */
  @Column('timestamptz', { name: 'sweep_at' })
  sweepAt!: Date;

  /** When renditions were asked for again; null when none are made again. */
  @Column('timestamptz', { name: 'reprocessing_since', nullable: true })
  reprocessingSince!: Date | null;

  /** The trace in which it landed; null when that was not recorded. */
  @Column('text', { nullable: true })
  traceparent!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  @Column('timestamptz', { name: 'ready_at', nullable: true })
  readyAt!: Date | null;
}

/** An upload whose object version OSS has confirmed: what OSS alone knows for sure is known. */
export type ConfirmedUpload = Upload & { etag: string; sizeBytes: string; mimeType: string };

export function isConfirmed(upload: Upload): upload is ConfirmedUpload {
  return upload.confirmedAt !== null;
}
