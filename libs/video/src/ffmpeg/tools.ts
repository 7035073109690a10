import { availableParallelism } from 'node:os';
import type { VideoCodec } from '#media';
import type { SandboxBounds } from './sandbox-limits.js';

/** APIs of hardware encoders. */
export const hardwareKinds = ['vaapi', 'nvenc', 'qsv'] as const;
export type HardwareKind = (typeof hardwareKinds)[number];

/** The hardware encoders of this worker; `kind` is null if there are none. */
export interface Hardware {
  readonly kind: HardwareKind | null;
  /** Codecs that passed a trial encode. */
  readonly codecs: readonly VideoCodec[];
  /** Why it does not encode the others; recorded when software encodes instead. */
  readonly refusals: readonly string[];
}

/** The two programs that this room spawns, as names to look up on PATH or as paths. */
export interface FfmpegTools extends SandboxBounds {
  readonly ffmpegPath: string;
  readonly ffprobePath: string;
  /** Hardware encoders that passed their trial; if unset, software encodes. */
  readonly hardware?: Hardware;
  /** Whether a source that ends early is used as far as it goes, if most of it is there; if unset, it counts as damaged. */
  readonly usesTruncated?: boolean;
}

/** Limits for one source. */
export interface VideoLimits {
  /** Maximum number of pixels in one coded frame. */
  readonly maxPixels: number;
  /** Limit for one whole run of ffmpeg. */
  readonly timeoutMs: number;
  /** Maximum duration of the source; one day if unset. */
  readonly maxDurationMs?: number;
}

/** Cores that a run may use. */
export const coresOf = (tools: FfmpegTools) => tools.cores ?? availableParallelism();
/** Number of decoder threads. */
export const threadsFor = (tools: FfmpegTools) => threadsOf(coresOf(tools));

/** x264 works best with 1.5 threads per core; more than 8 cost quality and memory. */
export function threadsOf(cores: number): number {
  return Math.min(8, Math.ceil(cores * 1.5));
}
