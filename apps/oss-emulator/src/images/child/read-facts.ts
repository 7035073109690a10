import { readExifTags } from './exif/exif-tags.ts';
import type { ImageFacts, ImageTask } from './image-task.ts';
import { openSource } from './open-source.ts';

/**
 * Reads the facts that `image/info` reports beyond size and format.
 * @throws ImageFailure
 */
export async function readFacts(source: ImageTask['source']): Promise<ImageFacts> {
  const { bytes, metadata, frameCount } = await openSource(source);
  const { exif, format } = metadata;
  // OSS reports no EXIF tags for PNG.
  const tags = exif && format !== 'png' ? readExifTags(exif) : {};
  return { frameCount, tags: { ...readJfif(bytes), ...tags } };
}

/** The resolution in the header of a JPEG file (JFIF), as EXIF tags. */
function readJfif(bytes: Buffer): Record<string, string> {
  if (bytes.length < 18 || bytes.toString('latin1', 6, 11) !== 'JFIF\0') return {};
  return {
    ResolutionUnit: String((bytes[13] ?? 0) + 1),
    XResolution: `${bytes.readUInt16BE(14)}/1`,
    YResolution: `${bytes.readUInt16BE(16)}/1`,
  };
}
