import { availableParallelism } from 'node:os';
import type { VideoCodec } from '#media';
import type { SandboxBounds } from './sandbox-limits.js';

/** Ways to the encoders of a graphics chip. */
export const hardwareKinds = ['vaapi', 'nvenc', 'qsv'] as const;
export type HardwareKind = (typeof hardwareKinds)[number];

/** The chip of this worker. */
export interface Hardware {
  readonly kind: HardwareKind | null;
  /** Codecs of which it encoded a trial. */
  readonly codecs: readonly VideoCodec[];
  /** Why it does not encode the others: what software does instead is recorded with this. */
  readonly refusals: readonly string[];
}

/** The two programs this room spawns: names that are looked up on PATH, or paths. */
export interface FfmpegTools extends SandboxBounds {
  readonly ffmpegPath: string;
  readonly ffprobePath: string;
  /** The chip that encodes, once it was found to work; unless set software does. */
  readonly hardware?: Hardware;
  /** Whether a source that ends early is used as far as it goes, when that is most of it; unless set it is damaged. */
  readonly usesTruncated?: boolean;
}

/** How much one source may take. */
export interface VideoLimits {
  /** Most pixels of one frame, as coded. */
  readonly maxPixels: number;
  /** Limit for one whole run of ffmpeg. */
  readonly timeoutMs: number;
  /** Longest source; a day unless set. */
  readonly maxDurationMs?: number;
}

/** Cores that a run may take. */
export const coresOf = (tools: FfmpegTools) => tools.cores ?? availableParallelism();
/** Threads of the decoder. */
export const threadsFor = (tools: FfmpegTools) => threadsOf(coresOf(tools));

/** x264 wants one and a half threads a core; beyond 8 it costs quality and memory. */
export function threadsOf(cores: number): number {
  return Math.min(8, Math.ceil(cores * 1.5));
}
