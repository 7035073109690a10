import type { Sharp } from 'sharp';
import { type Encoding, type OutputFormat, outputFormats } from '../plan/output-formats.js';

/** How a quality is found in a format, and what is written with it. */
export interface AutoFormat {
  /** Never below: blocks and bands in soft gradients hardly count in the measure, and are seen. */
  readonly floor: number;
  /** Never above: from here on a file grows faster than anybody can see. */
  readonly ceiling: number;
  /** What photos need in the middle, and how much of the score a step of quality changes there. */
  readonly usual: number;
  readonly slope: number;
  readonly encode: (image: Sharp, encoding: Encoding) => Sharp;
}

/**
 * What a fixed quality writes, and for the same score fewer bytes where that takes more time: JPEG by mozjpeg (9 %), WebP with colours
 * that are halved with care (5 %). Decision 34 has the figures.
 */
const formats: Partial<Record<OutputFormat, AutoFormat>> = {
  webp: {
    floor: 66,
    ceiling: 92,
    usual: 75,
    slope: 0.5,
    encode: (image, encoding) => outputFormats.webp.encode(image, encoding).webp({ smartSubsample: true }),
  },
  jpeg: {
    floor: 72,
    ceiling: 92,
    usual: 77,
    slope: 0.6,
    encode: (image, { quality }) => image.jpeg({ quality, mozjpeg: true }),
  },
  avif: { floor: 48, ceiling: 85, usual: 57, slope: 0.8, encode: outputFormats.avif.encode },
};

/** @returns undefined for a format without loss */
export function autoFormatOf(format: OutputFormat): AutoFormat | undefined {
  return formats[format];
}
