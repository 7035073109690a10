import { quoteEtag } from '#oss';
import type { BucketRecord } from './bucket-record.js';
import type { DataFile } from './data-files.js';

export type ObjectAcl = 'default' | 'private' | 'public-read' | 'public-read-write';

/** What the client chooses for an object besides its bytes. */
export interface ObjectProperties {
  readonly mimeType: string;
  /** Headers stored with it: cache-control and the like, and x-oss-meta-*. */
  readonly headers: Readonly<Record<string, string>>;
  readonly acl: ObjectAcl;
  readonly storageClass: string;
  readonly tags: readonly ObjectTag[];
  /** Headers that tell how it is encrypted, which it is not. */
  readonly encryption: Readonly<Record<string, string>>;
}

export interface ObjectTag {
  readonly key: string;
  readonly value: string;
}

/** One version of an object: everything the emulator knows about it. */
export interface StoredObject extends ObjectProperties {
  readonly key: string;
  /** `null` (as OSS writes it) without versioning. */
  readonly versionId: string;
  /** Microseconds since 1970, but always greater than that of the version before. */
  readonly sequence: number;
  readonly type: 'Normal' | 'Multipart' | 'Appendable' | 'Symlink';
  /** Whether this version says that the object was deleted. It has no bytes. */
  readonly deleteMarker: boolean;
  /** The files with its bytes, in their order: one for each part of a multipart upload. */
  readonly dataFiles: readonly DataFile[];
  readonly sizeBytes: number;
  /** Unquoted, upper-case. */
  readonly etag: string;
  readonly crc64: string;
  /** Base64; null for what is neither a normal object nor a sequential upload. */
  readonly contentMd5: string | null;
  /** Key that a symlink leads to, in the same bucket. */
  readonly symlinkTarget?: string;
  /** When an archived object is readable: from the end of its restoration on, for some days. */
  readonly restored?: { readonly from: string; readonly until: string };
  readonly modifiedAt: string;
}

/** A version without what storing it adds. */
export type NewVersion = Omit<StoredObject, 'versionId' | 'sequence' | 'modifiedAt'>;

/** An object without what the store knows. */
export type ObjectFacts = Omit<NewVersion, 'dataFiles' | 'deleteMarker'>;

const keptHeaders = new Set([
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
]);

/** Selects the headers of an upload that are stored with the object. */
export function headersToKeep(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept = Object.entries(headers).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && (keptHeaders.has(entry[0]) || entry[0].startsWith('x-oss-meta-')),
  );
  return Object.fromEntries(kept);
}

/** The headers that describe the content of an object, on uploads and reads. */
export function contentHeaders(
  object: Pick<StoredObject, 'etag' | 'crc64' | 'contentMd5'>,
): Record<string, string> {
  return {
    etag: quoteEtag(object.etag),
    'x-oss-hash-crc64ecma': object.crc64,
    ...(object.contentMd5 && { 'content-md5': object.contentMd5 }),
  };
}

/** The header that tells the version, in a bucket that has or had versioning. */
export function versionHeaders(
  { versioning }: BucketRecord,
  { versionId }: Pick<StoredObject, 'versionId'>,
): Record<string, string> {
  return versioning ? { 'x-oss-version-id': versionId } : {};
}

/** The headers of every answer that stored an object. */
export function uploadHeaders(bucket: BucketRecord, object: StoredObject): Record<string, string> {
  return { ...contentHeaders(object), ...object.encryption, ...versionHeaders(bucket, object) };
}

/** Whether the bytes can be read only once they are restored. */
export const isArchived = ({ storageClass }: StoredObject) => storageClass.endsWith('Archive');

/** How far the restoration of an archived object is, as OSS writes it; undefined if there is none. */
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
