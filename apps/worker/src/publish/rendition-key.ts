import type { RenditionVersion, Upload } from '#uploads';
import type { WorkerContext } from '../worker-context.js';

/** The key of a rendition: a function of upload, name and spec, so that making it again replaces it by itself. */
export function renditionKey(
  { renditionPrefix }: WorkerContext,
  upload: Upload,
  rendition: Pick<RenditionVersion, 'name' | 'specHash'>,
  ending: string,
): string {
  return `${renditionPrefix}${upload.id}/${rendition.name}-${rendition.specHash}${ending}`;
}

/** The ending of a file of this type, with its dot. */
export function endingOf(mimeType: string): string {
  // The name of the type is that of the standard; that of the file is what players know.
  if (mimeType === 'audio/mpeg') return '.mp3';
  return `.${mimeType.split('/')[1] ?? 'bin'}`;
}
