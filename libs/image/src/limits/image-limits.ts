/** How much one picture may take. */
export interface ImageLimits {
  /** Most pixels of one frame, checked from the header and again by the decoder. */
  maxPixels: number;
  /** Most memory that one picture may take, if that is less than its pixels may need: see `maxPixelsOf`. */
  memoryBytes?: number;
  /** Most frames of an animation of which all are made; `defaultMaxFrames` unless set. */
  maxFrames?: number;
  /** Most time for the image work of one call. */
  timeoutMs: number;
}

/** Two minutes at 25 frames a second: what is longer is a film. */
export const defaultMaxFrames = 3_000;

/** What is done with a picture, by what it takes at its peak: measured with the costliest of each kind (decision 43). */
const needs = {
  /** It is read row by row, and turned. */
  rows: { bytesPerPixel: 4, bytes: 0 },
  /** The same with more than 8 bits a channel, or in CMYK. */
  deepRows: { bytesPerPixel: 8, bytes: 0 },
  /** It is read as a whole: a WebP with alpha that is turned, an interlaced PNG of 16 bits; less a progressive JPEG. */
  whole: { bytesPerPixel: 12, bytes: 0 },
  avif: { bytesPerPixel: 26, bytes: 0 },
  /** HEIC, the costliest of the sandboxed decoders; and their thread. */
  decoder: { bytesPerPixel: 9, bytes: 96 * 1024 ** 2 },
  /** All frames of an animation are read and encoded. */
  frames: { bytesPerPixel: 4, bytes: 0 },
  /** A rendition is encoded, from pixels that are there: with a watermark, as any format but AVIF. */
  encoding: { bytesPerPixel: 16, bytes: 0 },
  /** Its quality is chosen. */
  choosing: { bytesPerPixel: 24, bytes: 0 },
  encodingAvif: { bytesPerPixel: 38, bytes: 0 },
};

export type MemoryNeed = keyof typeof needs;

/** Most pixels of one frame that the pixel limit and the memory permit. */
export function maxPixelsOf({ maxPixels, memoryBytes }: ImageLimits, need: MemoryNeed): number {
  if (memoryBytes === undefined) return maxPixels;
  const { bytesPerPixel, bytes } = needs[need];
  return Math.max(0, Math.min(maxPixels, Math.floor((memoryBytes - bytes) / bytesPerPixel)));
}
