/** Resource limits for one picture. */
export interface ImageLimits {
  /** Maximum pixels per frame, checked against the header and again by the decoder. */
  maxPixels: number;
  /** Maximum memory for one picture; lowers the effective pixel limit, see `maxPixelsOf`. */
  memoryBytes?: number;
  /** Maximum frames of an animation that is rendered with all its frames; defaults to `defaultMaxFrames`. */
  maxFrames?: number;
  /** Time limit for the image work of one call. */
  timeoutMs: number;
}

/** Two minutes at 25 frames per second; anything longer is a film. */
export const defaultMaxFrames = 3_000;

/** Peak memory of each operation on a picture, measured with the most expensive input of each kind (decision 43). */
const needs = {
  /** Decoding row by row, then rotating. */
  rows: { bytesPerPixel: 4, bytes: 0 },
  /** The same with more than 8 bits per channel, or in CMYK. */
  deepRows: { bytesPerPixel: 8, bytes: 0 },
  /** Decoding the whole picture at once: a rotated WebP with alpha, a 16-bit interlaced PNG; a progressive JPEG needs less. */
  whole: { bytesPerPixel: 12, bytes: 0 },
  avif: { bytesPerPixel: 26, bytes: 0 },
  /** A sandboxed decoder with its thread; HEIC is the most expensive. */
  decoder: { bytesPerPixel: 9, bytes: 96 * 1024 ** 2 },
  /** Decoding and encoding all frames of an animation. */
  frames: { bytesPerPixel: 4, bytes: 0 },
  /** Encoding a rendition from decoded pixels, in any format but AVIF, with a watermark. */
  encoding: { bytesPerPixel: 16, bytes: 0 },
  /** The same with `quality: auto`. */
  choosing: { bytesPerPixel: 24, bytes: 0 },
  encodingAvif: { bytesPerPixel: 38, bytes: 0 },
};

export type MemoryNeed = keyof typeof needs;

/** Maximum pixels per frame that both the pixel limit and the memory limit allow. */
export function maxPixelsOf({ maxPixels, memoryBytes }: ImageLimits, need: MemoryNeed): number {
  if (memoryBytes === undefined) return maxPixels;
  const { bytesPerPixel, bytes } = needs[need];
  return Math.max(0, Math.min(maxPixels, Math.floor((memoryBytes - bytes) / bytesPerPixel)));
}
