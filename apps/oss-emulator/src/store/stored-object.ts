import { quoteEtag } from '#oss';

export type ObjectAcl = 'default' | 'private' | 'public-read' | 'public-read-write';

/** What the client chooses for an object besides its bytes. */
export interface ObjectProperties {
  readonly mimeType: string;
  /** Headers stored with it: cache-control and the like, and x-oss-meta-*. */
  readonly headers: Readonly<Record<string, string>>;
  readonly acl: ObjectAcl;
  readonly storageClass: string;
  readonly tags: readonly ObjectTag[];
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
  /** Name of the file with its bytes, of which the first `sizeBytes` count; null if it has none. */
  readonly dataFile: string | null;
  readonly sizeBytes: number;
  /** Unquoted, upper-case. */
  readonly etag: string;
  readonly crc64: string;
  /** Base64; null for anything but a normal object. */
  readonly contentMd5: string | null;
  /** Key that a symlink leads to, in the same bucket. */
  readonly symlinkTarget?: string;
  /** Of an archived object that was restored: when it is archived again. */
  readonly restoredUntil?: string;
  readonly modifiedAt: string;
}

/** A version without what storing it adds. */
export type NewVersion = Omit<StoredObject, 'versionId' | 'sequence' | 'modifiedAt'>;

/** An object without what the store knows. */
export type ObjectFacts = Omit<NewVersion, 'dataFile' | 'deleteMarker'>;

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

/** The headers of GetObject and HeadObject. */
export function objectHeaders(object: StoredObject): Record<string, string> {
  return {
    ...object.headers,
    ...contentHeaders(object),
    'content-type': object.mimeType,
    'last-modified': new Date(object.modifiedAt).toUTCString(),
    'accept-ranges': 'bytes',
    'x-oss-object-type': object.type,
    'x-oss-storage-class': object.storageClass,
  };
}
