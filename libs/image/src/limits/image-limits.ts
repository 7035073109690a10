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

/** What opening a picture takes at its peak, measured with the largest of their kind. */
const needs = {
  /** A progressive JPEG that lies on its side: no other that libvips reads takes more, but one. */
  libvips: { bytesPerPixel: 4, bytes: 0 },
  /** Decoded at once, and in planes first. */
  avif: { bytesPerPixel: 18, bytes: 0 },
  /** HEIC, the costliest of the sandboxed decoders; and their thread. */
  decoder: { bytesPerPixel: 9, bytes: 96 * 1024 ** 2 },
};

/** Most pixels of one frame that the pixel limit and the memory permit. */
export function maxPixelsOf({ maxPixels, memoryBytes }: ImageLimits, opener: keyof typeof needs): number {
  if (memoryBytes === undefined) return maxPixels;
  const { bytesPerPixel, bytes } = needs[opener];
  return Math.max(0, Math.min(maxPixels, Math.floor((memoryBytes - bytes) / bytesPerPixel)));
}
