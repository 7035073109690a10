import type { ImageInfo, Placeholder } from '#media';
import type { WarningCode } from '#runtime';
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** `stored → processing → ready | failed | ignored` (no pipeline wants it), and `deleted`. */
export const uploadStatuses = ['stored', 'processing', 'ready', 'failed', 'ignored', 'deleted'] as const;
export type UploadStatus = (typeof uploadStatuses)[number];

/** The kind of media, detected from the bytes. */
export const mediaKinds = ['image', 'video', 'audio', 'document', 'other'] as const;
export type MediaKind = (typeof mediaKinds)[number];

/**
 * Who vouches for a landing. `ticket`: it carried our nonce for this object. `url`: it came to our secret callback URL.
 * `object`: nobody, but OSS has the reported object version. The proof decides whether its vars are trusted.
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
 * One landing of one object version. Any number of unconfirmed rows may report a version; of the confirmed ones that are not
 * failed, ignored or deleted, or are being reprocessed, at most one holds it (decision 18).
 */
@Entity('uploads')
@Check('uploads_status_check', `status IN ('stored', 'processing', 'ready', 'failed', 'ignored', 'deleted')`)
// The migration creates the indexes, whose types and conditions TypeORM cannot express or prints unlike Postgres.
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

  /** Unquoted, upper-case; if the callback template omits it, null until OSS is asked. */
  @Column('text', { nullable: true })
  etag!: string | null;

  /** bigint comes as text from the driver; if the callback template omits it, null until OSS is asked. */
  @Column('bigint', { name: 'size_bytes', nullable: true })
  sizeBytes!: string | null;

  /** As reported, then as detected from the bytes. */
  @Column('text', { name: 'mime_type', nullable: true })
  mimeType!: string | null;

  @Column('jsonb', { name: 'image_info', nullable: true })
  imageInfo!: ImageInfo | null;

  /** Trusted custom values. */
  @Column('jsonb', { default: {} })
  vars!: Record<string, string>;

  /** Unverified custom values: shown, never trusted. */
  @Column('jsonb', { name: 'claimed_vars', nullable: true })
  claimedVars!: Record<string, string> | null;

  /** Title, tags and labels are set by your backend; no callback changes them. */
  @Column('text', { nullable: true })
  title!: string | null;

  @Column('text', { array: true, default: [] })
  tags!: string[];

  @Column('jsonb', { default: {} })
  labels!: Record<string, string>;

  /** Null while it is unproven: only lists of `stored` uploads then include it. */
  @Column('text', { nullable: true })
  proof!: Proof | null;

  /** The ticket that it was made with. */
  @Column('uuid', { name: 'ticket_id', nullable: true })
  ticketId!: string | null;

  /** The identity of the landing: see `landingKeyOf`. */
  @Column('uuid', { nullable: true })
  landing!: string | null;

  /** OSS's id of the upload request, if a message reported it. */
  @Column('text', { name: 'request_id', nullable: true })
  requestId!: string | null;

  /** When OSS last confirmed this version; null until it first does. */
  @Column('timestamptz', { name: 'confirmed_at', nullable: true })
  confirmedAt!: Date | null;

  /** When OSS stored this version, by its own clock, in whole seconds; null until OSS is asked. */
  @Column('timestamptz', { name: 'last_modified', nullable: true })
  lastModified!: Date | null;

  /** The upload that stands for this landing, because it holds the same version; this one is then `deleted`. */
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

  /** Defects of the original that did not prevent processing. */
  @Column('text', { array: true, default: [] })
  warnings!: WarningCode[];

  /** Name of the pipeline that the upload matched. */
  @Column('text', { nullable: true })
  pipeline!: string | null;

  /** How we first learned of it. */
  @Column('text')
  source!: UploadSource;

  /** Facts read from the bytes. */
  @Column('jsonb', { default: {} })
  metadata!: object;

  /** All tags of the file, including those that `metadata` is derived from. Long, so lists do not read them. */
  @Column('jsonb', { name: 'raw_tags', nullable: true, select: false })
  rawTags?: object | null;

  @Column('jsonb', { nullable: true })
  placeholder!: Placeholder | null;

  /** 64 bits, few of which differ when a picture is resized or re-encoded. bigint comes as text from the driver. */
  @Column('bigint', { name: 'perceptual_hash', nullable: true })
  perceptualHash!: string | null;

  /** Job runs that began and have not ended normally: those in progress, and those whose worker died. */
  @Column('integer', { default: 0 })
  runs!: number;

  /** When the sweep next checks it, while it is unfinished or being reprocessed. */
  @Column('timestamptz', { name: 'sweep_at' })
  sweepAt!: Date;

  /** When reprocessing was requested; null unless it is under way. */
  @Column('timestamptz', { name: 'reprocessing_since', nullable: true })
  reprocessingSince!: Date | null;

  /** The trace in which it landed; null if that was not recorded. */
  @Column('text', { nullable: true })
  traceparent!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  @Column('timestamptz', { name: 'ready_at', nullable: true })
  readyAt!: Date | null;
}

/** An upload whose object version OSS has confirmed, and which therefore has an ETag, a size and a type. */
export type ConfirmedUpload = Upload & { etag: string; sizeBytes: string; mimeType: string };

export function isConfirmed(upload: Upload): upload is ConfirmedUpload {
  return upload.confirmedAt !== null;
}
