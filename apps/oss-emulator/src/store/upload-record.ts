import type { ObjectProperties } from './stored-object.js';

/** One uploaded part. */
export interface StoredPart {
  readonly partNumber: number;
  readonly dataFile: string;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly crc64: string;
  readonly modifiedAt: string;
}

/**
 * A multipart upload that is neither completed nor aborted. The properties of the object are fixed when it starts.
 */
export interface UploadRecord extends ObjectProperties {
  /** 32 hex digits, upper-case; ordered by start. */
  readonly uploadId: string;
  readonly key: string;
  readonly initiatedAt: string;
  /** Whether the completed object gets the MD5 of all its bytes. */
  readonly sequential: boolean;
}
