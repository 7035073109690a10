import type { ImageSpec } from '#media';
import type { LandfallError } from '#runtime';
import type { OutputFormat } from './output-formats.js';

/** A point of the upright picture, as fractions of its width and height, 0 to 1. */
export interface FocalPoint {
  readonly x: number;
  readonly y: number;
}

/** Inputs for the renditions of one upload besides its file. */
export interface RenderExtras {
  /** The upload's format as named in the facts, if `file` was converted from it; `keep` refers to it. */
  readonly format?: string | undefined;
  readonly focus?: FocalPoint | null;
  /** Watermark files by object key, or the error why one is missing. */
  readonly watermarks?: ReadonlyMap<string, string | LandfallError>;
}

/** A spec whose format is known. */
export type FormattedSpec = Omit<ImageSpec, 'format'> & { format: OutputFormat };
