/** How much one picture may take. */
export interface ImageLimits {
  /** Most pixels of one frame, checked from the header and again by the decoder. */
  maxPixels: number;
  /** Most frames of an animation of which all are made; `defaultMaxFrames` unless set. */
  maxFrames?: number;
  /** Most time for the image work of one call. */
  timeoutMs: number;
}

/** Two minutes at 25 frames a second: what is longer is a film. */
export const defaultMaxFrames = 3_000;
