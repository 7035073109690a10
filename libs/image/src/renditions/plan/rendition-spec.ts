import type { ImageSpec } from '#media';
import type { LandfallError } from '#runtime';
import type { OutputFormat } from './output-formats.js';

/** A point of the upright picture: shares of its width and height, 0 to 1. */
export interface FocalPoint {
  readonly x: number;
  readonly y: number;
}

/** What the renditions of one upload need besides its file. */
export interface RenderExtras {
  /** The format of the upload as its facts name it, when `file` was made from it; `keep` means this one. */
  readonly format?: string | undefined;
  readonly focus?: FocalPoint | null;
  /** By object key: the file of a watermark's picture, or why there is none. */
  readonly watermarks?: ReadonlyMap<string, string | LandfallError>;
}

/** A spec whose format is known. */
export type FormattedSpec = Omit<ImageSpec, 'format'> & { format: OutputFormat };
