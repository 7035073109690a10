import type { WarningCode } from '#runtime';
import type { Sharp } from 'sharp';
import type { ColourCodes } from '../../colours/tag-avif.js';

/** The pixels that a rendition is made from. */
export interface Pixels {
  /** A new pipeline over all frames. */
  readonly open: () => Sharp;
  /** A new pipeline over the first frame. */
  readonly openFirst: () => Sharp;
  readonly frames: number;
  readonly hasAlpha: boolean;
  readonly warnings: readonly WarningCode[];
  /** Colour codes of HDR pixels, which have 16 bits and are written as AVIF. */
  readonly codes?: ColourCodes;
}
