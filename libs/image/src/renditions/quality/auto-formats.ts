import type { Sharp } from 'sharp';
import { type Encoding, type OutputFormat, outputFormats } from '../plan/output-formats.js';

/** How the quality for a format is chosen, and how the result is encoded. */
export interface AutoFormat {
  /** Minimum quality: below it, blocks and bands in soft gradients are visible, although they hardly affect the score. */
  readonly floor: number;
  /** Maximum quality: above it, files grow without a visible gain. */
  readonly ceiling: number;
  /** Median quality that photos need, and the score gained per step of quality around it. */
  readonly usual: number;
  readonly slope: number;
  readonly encode: (image: Sharp, encoding: Encoding) => Sharp;
}

/**
 * As for a fixed quality, except for slower encoders that need fewer bytes for the same score: mozjpeg for JPEG (9 %)
 * and smart chroma subsampling for WebP (5 %). Decision 34 has the figures.
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

/** @returns undefined for a lossless format */
export function autoFormatOf(format: OutputFormat): AutoFormat | undefined {
  return formats[format];
}
