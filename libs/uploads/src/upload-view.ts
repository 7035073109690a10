import type { Rendition, RenditionStatus } from './rendition.entity.js';
import type { ImageInfo, MediaKind, Placeholder, Upload, UploadStatus } from './upload.entity.js';
import type { UploadWithRenditions } from './upload-reader.js';

export interface ErrorView {
  code: string;
  message: string;
}

/** A rendition as the API shows it. */
export interface RenditionView {
  name: string;
  kind: string;
  status: RenditionStatus;
  mimeType: string | null;
  width: number | null;
  height: number | null;
  sizeBytes: number | null;
  durationMs: number | null;
  objectKey: string | null;
  url: string | null;
  urlExpiresAt: string | null;
  error: ErrorView | null;
}

/** An upload as the API shows it. */
export interface UploadView {
  id: string;
  bucket: string;
  objectKey: string;
  etag: string;
  sizeBytes: number;
  mimeType: string | null;
  imageInfo: ImageInfo | null;
  vars: Record<string, string>;
  kind: MediaKind | null;
  status: UploadStatus;
  error: ErrorView | null;
  pipeline: string | null;
  source: string;
  metadata: object;
  placeholder: Placeholder | null;
  renditions: RenditionView[];
  createdAt: string;
  updatedAt: string;
  readyAt: string | null;
}

/** Gives the URL of a ready rendition and when it ends. */
export type SignRendition = (upload: Upload, rendition: Rendition) => { url: string; expiresAt: Date };

/** Shows rows as the API's contract has them; only ready renditions have a URL. */
export function viewUpload({ upload, renditions }: UploadWithRenditions, sign: SignRendition): UploadView {
  return {
    id: upload.id,
    bucket: upload.bucket,
    objectKey: upload.objectKey,
    etag: upload.etag,
    sizeBytes: Number(upload.sizeBytes),
    mimeType: upload.mimeType,
    imageInfo: upload.imageInfo,
    vars: upload.vars,
    kind: upload.kind,
    status: upload.status,
    error: viewError(upload),
    pipeline: upload.pipeline,
    source: upload.source,
    metadata: upload.metadata,
    placeholder: upload.placeholder,
    renditions: renditions.map((rendition) => viewRendition(upload, rendition, sign)),
    createdAt: upload.createdAt.toISOString(),
    updatedAt: upload.updatedAt.toISOString(),
    readyAt: upload.readyAt?.toISOString() ?? null,
  };
}

function viewRendition(upload: Upload, rendition: Rendition, sign: SignRendition): RenditionView {
  const signed = rendition.status === 'ready' ? sign(upload, rendition) : null;
  return {
    name: rendition.name,
    kind: rendition.kind,
    status: rendition.status,
    mimeType: rendition.mimeType,
    width: rendition.width,
    height: rendition.height,
    sizeBytes: rendition.sizeBytes === null ? null : Number(rendition.sizeBytes),
    durationMs: rendition.durationMs,
    objectKey: rendition.objectKey,
    url: signed?.url ?? null,
    urlExpiresAt: signed?.expiresAt.toISOString() ?? null,
    error: viewError(rendition),
  };
}

function viewError(row: { errorCode: string | null; errorMessage: string | null }): ErrorView | null {
  return row.errorCode === null ? null : { code: row.errorCode, message: row.errorMessage ?? '' };
}
