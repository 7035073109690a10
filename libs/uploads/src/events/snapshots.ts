import type { RenditionSnapshot, UploadSnapshot } from '#events';
import type { Rendition } from '../rows/rendition.entity.js';
import type { RenditionVersion } from '../rows/rendition-version.entity.js';
import { ownWordsOf } from '../rows/own-words.js';
import type { Upload } from '../rows/upload.entity.js';

/** An upload as events contain it. */
export function snapshotUpload(upload: Upload): UploadSnapshot {
  const { id, bucket, objectKey, etag, mimeType, kind, status, vars, ticketId, pipeline } = upload;
  return {
    id,
    bucket,
    objectKey,
    etag,
    sizeBytes: numberOf(upload.sizeBytes),
    mimeType,
    kind,
    status,
    vars,
    ...ownWordsOf(upload),
    ticketId,
    pipeline,
    error: errorOf(upload),
    createdAt: upload.createdAt.toISOString(),
  };
}

/** A rendition, or one version of it, as events contain it. */
export function snapshotRendition(rendition: Rendition | RenditionVersion): RenditionSnapshot {
  const { name, kind, status, mimeType, width, height, durationMs, objectKey } = rendition;
  return {
    name,
    kind,
    status,
    mimeType,
    width,
    height,
    sizeBytes: numberOf(rendition.sizeBytes),
    durationMs,
    objectKey,
    error: errorOf(rendition),
  };
}

const numberOf = (text: string | null) => (text === null ? null : Number(text));

function errorOf({ errorCode, errorMessage }: { errorCode: string | null; errorMessage: string | null }) {
  return errorCode === null ? null : { code: errorCode, message: errorMessage ?? '' };
}
