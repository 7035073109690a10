/** What OSS itself reads from the header of an image. */
export interface ImageInfo {
  width: number | null;
  height: number | null;
  format: string | null;
}

/** An object that landed in OSS, as a callback describes it. */
export interface LandedObject {
  bucket: string;
  objectKey: string;
  /** Unquoted, upper-case; null when the callback's template leaves it out. */
  etag: string | null;
  /** null when the template leaves it out. */
  sizeBytes: number | null;
  mimeType: string | null;
  imageInfo: ImageInfo | null;
  /** Custom variables without their `x:`, and every field that has no place of its own. */
  vars: Record<string, string>;
}

/** What OSS itself says of an object version, without its bytes. */
export interface ObjectHead {
  /** Unquoted, upper-case. */
  etag: string;
  sizeBytes: number;
  mimeType: string;
  /** When this version was stored, by OSS's own clock, which counts seconds. */
  lastModified: Date;
  /** How much later it is here than OSS's clock says; 0 where its answer does not tell. */
  clockAheadMs: number;
}
