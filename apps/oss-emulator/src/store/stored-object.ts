import { quoteEtag } from '#oss';
import type { BucketRecord } from './bucket-record.js';
import type { DataFile } from './data-files.js';

export type ObjectAcl = 'default' | 'private' | 'public-read' | 'public-read-write';

/** The properties that the client chooses for an object besides its bytes. */
export interface ObjectProperties {
  readonly mimeType: string;
  /** Headers stored with it, such as cache-control and x-oss-meta-*. */
  readonly headers: Readonly<Record<string, string>>;
  readonly acl: ObjectAcl;
  readonly storageClass: string;
  readonly tags: readonly ObjectTag[];
  /** Headers that report how it is encrypted; the bytes are not actually encrypted. */
  readonly encryption: Readonly<Record<string, string>>;
}

export interface ObjectTag {
  readonly key: string;
  readonly value: string;
}

/** One version of an object, with everything that is stored about it. */
export interface StoredObject extends ObjectProperties {
  readonly key: string;
  /** `null` (a string, as in OSS) without versioning. */
  readonly versionId: string;
  /** Microseconds since 1970, but always greater than that of the previous version. */
  readonly sequence: number;
  readonly type: 'Normal' | 'Multipart' | 'Appendable' | 'Symlink';
  /** Whether this version is a delete marker, which has no bytes. */
  readonly deleteMarker: boolean;
  /** The files with its bytes, in order: one per part of a multipart upload. */
  readonly dataFiles: readonly DataFile[];
  readonly sizeBytes: number;
  /** Unquoted, upper-case. */
  readonly etag: string;
  readonly crc64: string;
  /** Base64; null unless it is a normal object or from a sequential upload. */
  readonly contentMd5: string | null;
  /** The key that a symlink points to, in the same bucket. */
  readonly symlinkTarget?: string;
  /** When a restored object is readable: from the end of its restoration until its expiry. */
  readonly restored?: { readonly from: string; readonly until: string };
  readonly modifiedAt: string;
}

/** A version, without the fields that storing it adds. */
export type NewVersion = Omit<StoredObject, 'versionId' | 'sequence' | 'modifiedAt'>;

/** An object, without the fields that the store adds. */
export type ObjectFacts = Omit<NewVersion, 'dataFiles' | 'deleteMarker'>;

const keptHeaders = new Set([
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
]);

/** Selects the upload headers that are stored with the object. */
export function headersToKeep(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept = Object.entries(headers).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && (keptHeaders.has(entry[0]) || entry[0].startsWith('x-oss-meta-')),
  );
  return Object.fromEntries(kept);
}

/** The headers that describe the content of an object, in responses to uploads and reads. */
export function contentHeaders(
  object: Pick<StoredObject, 'etag' | 'crc64' | 'contentMd5'>,
): Record<string, string> {
  return {
    etag: quoteEtag(object.etag),
    'x-oss-hash-crc64ecma': object.crc64,
    ...(object.contentMd5 && { 'content-md5': object.contentMd5 }),
  };
}

/** The header with the version id, in a bucket that has or had versioning. */
export function versionHeaders(
  { versioning }: BucketRecord,
  { versionId }: Pick<StoredObject, 'versionId'>,
): Record<string, string> {
  return versioning ? { 'x-oss-version-id': versionId } : {};
}

/** The headers of every response to a request that stored an object. */
export function uploadHeaders(bucket: BucketRecord, object: StoredObject): Record<string, string> {
  return { ...contentHeaders(object), ...object.encryption, ...versionHeaders(bucket, object) };
}

/** Whether the bytes are readable only after a restoration. */
export const isArchived = ({ storageClass }: StoredObject) => storageClass.endsWith('Archive');

/** The restore status of an archived object, as OSS writes it; undefined if there is none. */
export function restoreState({ restored }: StoredObject, now: Date): string | undefined {
  if (!restored || now >= new Date(restored.until)) return undefined;
  if (now < new Date(restored.from)) return 'ongoing-request="true"';
  return `ongoing-request="false", expiry-date="${new Date(restored.until).toUTCString()}"`;
}

/** The headers of GetObject and HeadObject. */
export function objectHeaders(object: StoredObject): Record<string, string> {
  const restore = restoreState(object, new Date());
  return {
    ...object.headers,
    ...contentHeaders(object),
    ...object.encryption,
    'content-type': object.mimeType,
    'last-modified': new Date(object.modifiedAt).toUTCString(),
    'accept-ranges': 'bytes',
    'x-oss-object-type': object.type,
    'x-oss-storage-class': object.storageClass,
    ...(object.tags.length > 0 && { 'x-oss-tagging-count': String(object.tags.length) }),
    ...(object.type === 'Appendable' && { 'x-oss-next-append-position': String(object.sizeBytes) }),
    ...(restore && { 'x-oss-restore': restore }),
  };
}
