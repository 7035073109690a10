import { quoteEtag } from '#oss';

/** The sidecar of an object: everything the emulator knows about it. */
export interface StoredObject {
  readonly key: string;
  /** Name of the file with its bytes. */
  readonly dataFile: string;
  readonly sizeBytes: number;
  /** Unquoted, upper-case. */
  readonly etag: string;
  readonly crc64: string;
  /** Base64; null for a multipart object. */
  readonly contentMd5: string | null;
  readonly type: 'Normal' | 'Multipart';
  readonly mimeType: string;
  /** Headers stored with it: cache-control and the like, and x-oss-meta-*. */
  readonly headers: Readonly<Record<string, string>>;
  readonly modifiedAt: string;
}

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
    'x-oss-storage-class': 'Standard',
  };
}
