import { withTimeLimit } from '#runtime';
import { findCamera, findExposure, type Camera, type Exposure } from './tags/camera-facts.js';
import { readExifTags } from './tags/exif-tags.js';
import { readProfileName } from './tags/icc-name.js';
import { type ImageLimits } from '../limits/image-limits.js';
import { readImageHeader } from '../input/image-header.js';
import type { ImageSource } from '../source/image-source.js';
import { readIptcTags } from './tags/iptc-tags.js';
import { findLocation, type Location } from './tags/location.js';
import { collectRawTags, isPlaceKeyword, withoutPlaces, type RawTags } from './tags/raw-tags.js';
import { findTakenAt } from './tags/taken-at.js';
import { findTexts, type TextFacts } from './tags/text-facts.js';
import { readXmpTags } from './tags/xmp-tags.js';

export interface ImageFacts extends TextFacts {
  /** jpeg, png, webp, gif, tiff or avif. */
  format: string;
  mimeType: string;
  /** Pixels, after orientation. */
  width: number;
  height: number;
  /** EXIF orientation, 1 to 8; 1 if absent. */
  orientation: number;
  /** How the file stores its colours (srgb, b-w, cmyk, rgb16, …), regardless of its profile. */
  colourSpace: string | null;
  /** The name of the embedded ICC profile. */
  colourProfile: string | null;
  hasAlpha: boolean;
  /** Frames of an animation or pages of a document; 1 for a still image. */
  frames: number;
  /** Duration of one loop of an animation; null for anything else. */
  durationMs: number | null;
  /** ISO 8601 local time, with its zone if the picture reports it. */
  takenAt: string | null;
  camera: Camera | null;
  exposure: Exposure | null;
  /** Null unless the pipeline keeps locations. */
  location: Location | null;
  /** All tags, including those that the facts were read from. */
  raw: RawTags;
}

/**
 * Reads the facts in the header of `file` without decoding pixels. EXIF, IPTC and XMP are often broken, so they are
 * read as far as possible and never fail the picture. Fails with media.unsupported, media.damaged,
 * media.too_many_pixels or media.timed_out.
 * @param options.keepLocation if false, neither facts nor raw tags reveal where the picture was taken
 */
export async function readImageFacts(
  file: ImageSource,
  limits: ImageLimits,
  options: { keepLocation: boolean } = { keepLocation: false },
): Promise<ImageFacts> {
  const facts = await withTimeLimit(
    readFacts(file, limits),
    limits.timeoutMs,
    'media.timed_out',
    'reading the image header',
  );
  return options.keepLocation ? facts : withoutLocation(facts);
}

/** Removes everything from the facts that reveals where the picture was taken. */
export function withoutLocation<Facts extends Pick<ImageFacts, 'location' | 'keywords' | 'raw'>>(
  facts: Facts,
): Facts {
  return {
    ...facts,
    location: null,
    keywords: facts.keywords.filter((keyword) => !isPlaceKeyword(keyword)),
    raw: withoutPlaces(facts.raw),
  };
}

async function readFacts(file: ImageSource, limits: ImageLimits): Promise<ImageFacts> {
  const { metadata, format, mimeType, width, height } = await readImageHeader(file, limits);
  const { orientation = 1, space, hasAlpha, pages = 1, delay, icc } = metadata;
  const exif = readExifTags(metadata.exif);
  const iptc = readIptcTags(metadata.iptc);
  const xmp = readXmpTags(metadata.xmp);
  return {
    format,
    mimeType,
    width,
    height,
    orientation: orientation >= 1 && orientation <= 8 ? orientation : 1,
    colourSpace: space ?? null,
    colourProfile: readProfileName(icc),
    hasAlpha,
    frames: Math.max(1, pages),
    durationMs: pages > 1 && delay ? delay.reduce((sum, delayMs) => sum + Math.max(0, delayMs), 0) : null,
    takenAt: findTakenAt(exif, iptc, xmp),
    camera: findCamera(exif, xmp),
    exposure: findExposure(exif, xmp),
    location: findLocation(exif.gps, xmp),
    ...findTexts(exif, iptc, xmp),
    raw: collectRawTags(exif, iptc, xmp),
  };
}
