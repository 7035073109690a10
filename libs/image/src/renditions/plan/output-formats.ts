import type { Sharp } from 'sharp';

/** Encoder settings. */
export interface Encoding {
  quality: number;
  effort?: number | undefined;
}

interface FormatOfRenditions {
  readonly mimeType: string;
  /** Longest side that the format or its encoder supports, in pixels. */
  readonly maxSide: number;
  readonly alpha: boolean;
  readonly animation: boolean;
  readonly encode: (image: Sharp, encoding: Encoding) => Sharp;
}

/** Clamps an effort to the encoder's range, since a rendition that keeps its format does not know the range beforehand. */
const within = (effort: number, least: number, most: number) => Math.min(most, Math.max(least, effort));

/**
 * The output formats. Default efforts were measured on a 1280 × 960 picture: WebP 4 takes 163 ms (2 takes 85 ms but 6 %
 * more bytes, which are served many times), AVIF 3 takes 1.2 s (4 takes 6.3 s for the same bytes). PNG is lossless and
 * ignores `quality`; its effort is the zlib level. GIF is written only to keep a GIF.
 */
export const outputFormats = {
  webp: {
    mimeType: 'image/webp',
    maxSide: 16_383,
    alpha: true,
    animation: true,
    encode: (image, { quality, effort = 4 }) => image.webp({ quality, effort: within(effort, 0, 6) }),
  },
  jpeg: {
    mimeType: 'image/jpeg',
    maxSide: 65_500,
    alpha: false,
    animation: false,
    encode: (image, { quality }) => image.jpeg({ quality }),
  },
  png: {
    mimeType: 'image/png',
    maxSide: 65_500,
    alpha: true,
    animation: false,
    encode: (image, { effort = 6 }) => image.png({ compressionLevel: within(effort, 0, 9) }),
  },
  avif: {
    mimeType: 'image/avif',
    maxSide: 16_384,
    alpha: true,
    animation: false,
    encode: (image, { quality, effort = 3 }) => image.avif({ quality, effort: within(effort, 0, 9) }),
  },
  gif: {
    mimeType: 'image/gif',
    maxSide: 65_500,
    alpha: true,
    animation: true,
    encode: (image, { effort = 7 }) =>
      image.gif({ effort: within(effort, 1, 10), keepDuplicateFrames: true }),
  },
} as const satisfies Record<string, FormatOfRenditions>;

/** Encodes 10-bit AVIF without converting the samples. */
export function encodeBright(image: Sharp, { quality, effort = 3 }: Encoding): Sharp {
  return image.toColourspace('rgb16').avif({ quality, effort: within(effort, 0, 9), bitdepth: 10 });
}

export type OutputFormat = keyof typeof outputFormats;

/** The format of a rendition: `keep` means that of the upload, or WebP if that cannot be written. */
export function formatOf(wanted: OutputFormat | 'keep', uploaded: string): OutputFormat {
  if (wanted !== 'keep') return wanted;
  return Object.hasOwn(outputFormats, uploaded) ? (uploaded as OutputFormat) : 'webp';
}
