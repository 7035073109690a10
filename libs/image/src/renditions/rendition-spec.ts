import { LandfallError } from '#runtime';
import type { OutputFormat } from './output-formats.js';

/** A mark over a rendition: a text, or a picture that is an object of the upload's bucket. */
export interface WatermarkSpec {
  text?: string | undefined;
  objectKey?: string | undefined;
  gravity:
    | 'northwest'
    | 'north'
    | 'northeast'
    | 'west'
    | 'centre'
    | 'east'
    | 'southwest'
    | 'south'
    | 'southeast';
  /** Above 0, up to 1. */
  opacity: number;
  /** Share of the rendition's width. */
  width: number;
  /** Share of the rendition's shorter side. */
  margin: number;
  /** Of the text, '#rrggbb'. */
  color: string;
}

/**
 * One rendition as the pipelines file asks for it; docs/pipelines.md tells what the fields mean. What is not set has its
 * default: a spec that was planned by an older version lacks the fields that came later.
 */
export interface ImageRenditionSpec {
  name: string;
  /** Pixels; one of the sides is set, and without the other every fit means 'inside'. */
  width?: number | undefined;
  height?: number | undefined;
  fit: 'inside' | 'cover' | 'contain';
  position?: 'centre' | 'attention' | 'entropy' | 'focal';
  enlarge?: boolean;
  format: 'webp' | 'jpeg' | 'png' | 'avif' | 'keep';
  /** 1 to 100. */
  quality: number;
  effort?: number | undefined;
  animated?: boolean;
  /** '#rrggbb' or '#rrggbbaa' */
  background?: string | undefined;
  /** Sigma in pixels; 0 is none. */
  sharpen?: number;
  watermark?: WatermarkSpec | undefined;
  keepProfile?: boolean;
  hdr?: 'map' | 'keep';
  keepCopyright?: boolean;
}

/** A point of the upright picture: shares of its width and height, 0 to 1. */
export interface FocalPoint {
  readonly x: number;
  readonly y: number;
}

/** What the renditions of one upload need beside its file. */
export interface RenderExtras {
  /** The format of the upload as its facts name it, when `file` was made from it; `keep` means this one. */
  readonly format?: string | undefined;
  readonly focus?: FocalPoint | null;
  /** By object key: the file of a watermark's picture, or why there is none. */
  readonly watermarks?: ReadonlyMap<string, string | LandfallError>;
}

/** A spec whose format is known. */
export type FormattedSpec = Omit<ImageRenditionSpec, 'format'> & { format: OutputFormat };
