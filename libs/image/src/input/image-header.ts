import { type ImageLimits, maxPixelsOf, type MemoryNeed } from '../limits/image-limits.js';
import { LandfallError } from '#runtime';
import sharp, { type Metadata, type SharpOptions } from 'sharp';
import { readReportedColours, type ReportedColours } from '../colours/reported-colours.js';
import { gatherTiffExif } from '../facts/tags/tiff-exif.js';
import { lacksPixels } from '../facts/tags/tiff-pixels.js';
import { inputFormats, readFormats } from './input-formats.js';
import { toImageError } from './image-errors.js';
import type { ImageSource } from '../source/image-source.js';

export interface ImageHeader {
  readonly format: string;
  readonly mimeType: string;
  /** Displayed size in pixels, after orientation. */
  readonly width: number;
  readonly height: number;
  /** As read by libvips; for a TIFF, with the EXIF tags gathered from its directories. */
  readonly metadata: Metadata;
  /** Colours reported without an ICC profile; null for sRGB. */
  readonly colours: ReportedColours | null;
}

/**
 * Fails on 'error' rather than sharp's default 'warning': both reject truncated files, but the latter also rejects
 * unusual but complete JPEGs from cameras.
 */
export function inputOptions(limits: ImageLimits): SharpOptions {
  return { failOn: 'error', limitInputPixels: limits.maxPixels };
}

/** Reads the header without decoding pixels. Fails with media.unsupported, media.damaged or media.too_many_pixels. */
export async function readImageHeader(file: ImageSource, limits: ImageLimits): Promise<ImageHeader> {
  const metadata = await sharp(file, { ...inputOptions(limits), limitInputPixels: false })
    .metadata()
    .catch((thrown: unknown) => {
      throw toImageError(thrown, 'media.damaged');
    });
  const format = inputFormats.find(({ matches }) => matches(metadata));
  if (!format) {
    const found = metadata.compression ? `${metadata.format} (${metadata.compression})` : metadata.format;
    throw new LandfallError('media.unsupported', `${found} is not supported; send ${readFormats}`);
  }
  const { width, height } = metadata.autoOrient;
  const maxPixels = maxPixelsOf(limits, needOf(metadata));
  if (width * height > maxPixels) {
    throw new LandfallError(
      'media.too_many_pixels',
      `it has ${width} × ${height} pixels; the limit is ${maxPixels} in total${maxPixels < limits.maxPixels ? ', by the memory of this worker' : ''}`,
    );
  }
  if (format.name === 'tiff' && (await lacksPixels(file)))
    throw new LandfallError('media.damaged', 'the pixels are truncated');
  const exif = format.name === 'tiff' ? await gatherTiffExif(file) : metadata.exif;
  const described = { ...metadata, ...(exif ? { exif } : {}) };
  const colours = await readReportedColours(file, metadata);
  return { format: format.name, mimeType: format.mimeType, width, height, metadata: described, colours };
}

/** Memory needed to decode a picture. A TIFF counts as `whole` because its tiles may have any size. */
function needOf({ format, isProgressive, depth, space }: Metadata): MemoryNeed {
  if (format === 'heif') return 'avif';
  if (isProgressive || (format !== 'jpeg' && format !== 'png')) return 'whole';
  return depth === 'uchar' && space !== 'cmyk' ? 'rows' : 'deepRows';
}
