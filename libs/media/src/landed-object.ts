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
  /** Custom variables without their `x:` prefix, and every field without a property here. */
  vars: Record<string, string>;
}

/** The metadata of an object version as OSS reports it. */
export interface ObjectHead {
  /** Unquoted, upper-case. */
  etag: string;
  sizeBytes: number;
  mimeType: string;
  /** When this version was stored, by the clock of OSS, in whole seconds. */
  lastModified: Date;
  /** How far our clock is ahead of that of OSS; 0 if its answer has no date. */
  clockAheadMs: number;
}
