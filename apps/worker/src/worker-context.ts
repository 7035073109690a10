import type { ImageLimits } from '#image';
import type { Damaged, Pipelines } from '#pipelines';
import type { Config } from '#runtime';
import { ObjectStore } from '#storage';
import type { ConfirmRules } from '#uploads';
import type { FfmpegTools, Hardware, VideoLimits } from '#video';
import type { DataSource } from '#database';
import type { Scratch } from './objects/scratch.js';
import type { TranscodeShare } from './capacity/transcode-slots.js';

/** What every job works with. */
export interface WorkerContext {
  source: DataSource;
  store: ObjectStore;
  pipelines: Pipelines;
  scratch: Scratch;
  tools: FfmpegTools;
  limits: { image: ImageLimits; imageMaxBytes: number; video: VideoLimits; objectMaxBytes: number };
  /** Wanted length of the parts that a long video is cut into. */
  chunkSeconds: number;
  /** Key prefix of everything that is made. */
  renditionPrefix: string;
  confirmRules: ConfirmRules;
}

/** The same context for an upload whose pipeline says so of files that end early. */
export function workerFor(worker: WorkerContext, damaged: Damaged): WorkerContext {
  return { ...worker, tools: { ...worker.tools, usesTruncated: damaged === 'repair' } };
}

/** Builds the context from the settings. */
export function createWorkerContext(
  { callback, oss, media }: Config<'callback' | 'oss' | 'media'>,
  share: TranscodeShare,
  {
    hardware,
    ...parts
  }: Pick<WorkerContext, 'source' | 'pipelines' | 'scratch'> & { hardware: Hardware | null },
): WorkerContext {
  return {
    ...parts,
    store: new ObjectStore(oss),
    tools: {
      ffmpegPath: media.FFMPEG_PATH,
      ffprobePath: media.FFPROBE_PATH,
      cores: share.cores,
      ...(hardware ? { hardware } : {}),
      memoryMaxBytes: media.VIDEO_MEMORY_MAX_BYTES ?? share.addressBytes,
      scratchMaxBytes: media.MEDIA_SCRATCH_MAX_BYTES,
    },
    limits: {
      image: {
        maxPixels: media.IMAGE_MAX_PIXELS,
        maxFrames: media.IMAGE_MAX_FRAMES,
        timeoutMs: media.IMAGE_TIMEOUT_MS,
      },
      imageMaxBytes: media.IMAGE_MAX_BYTES,
      video: {
        maxPixels: media.IMAGE_MAX_PIXELS,
        timeoutMs: media.VIDEO_TIMEOUT_MS,
        maxDurationMs: media.VIDEO_MAX_DURATION_S * 1_000,
      },
      objectMaxBytes: media.MEDIA_MAX_BYTES,
    },
    chunkSeconds: media.VIDEO_CHUNK_S,
    renditionPrefix: oss.OSS_RENDITION_PREFIX,
    confirmRules: {
      believesAnyone: callback.CALLBACK_TRUST === 'any',
      made: {
        renditionPrefix: oss.OSS_RENDITION_PREFIX,
        urlLifetimeMs: oss.OSS_URL_LIFETIME_S * 1_000,
      },
    },
  };
}
