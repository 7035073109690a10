import type { RenditionVersion, Upload } from '#uploads';
import type { WorkerContext } from '../worker-context.js';

/** The object key of a rendition: a pure function of upload, name and spec hash, so remaking it overwrites the same object. */
export function renditionKey(
  { renditionPrefix }: WorkerContext,
  upload: Upload,
  rendition: Pick<RenditionVersion, 'name' | 'specHash'>,
  ending: string,
): string {
  return `${renditionPrefix}${upload.id}/${rendition.name}-${rendition.specHash}${ending}`;
}

/** The file extension for a MIME type, with its dot. */
export function endingOf(mimeType: string): string {
  // The registered type is audio/mpeg, but players expect `.mp3`.
  if (mimeType === 'audio/mpeg') return '.mp3';
  return `.${mimeType.split('/')[1] ?? 'bin'}`;
}
