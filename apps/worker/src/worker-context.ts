import type { ImageLimits } from '#image';
import type { Damaged, Pipelines } from '#pipelines';
import type { Config } from '#runtime';
import { ObjectStore } from '#storage';
import type { ConfirmRules } from '#uploads';
import type { FfmpegTools, Hardware, VideoLimits } from '#video';
import type { DataSource } from '#database';
import type { Scratch } from './objects/scratch.js';
import type { TranscodeShare } from './capacity/transcode-slots.js';

/** Dependencies and limits shared by all jobs. */
export interface WorkerContext {
  source: DataSource;
  store: ObjectStore;
  pipelines: Pipelines;
  scratch: Scratch;
  tools: FfmpegTools;
  limits: { image: ImageLimits; imageMaxBytes: number; video: VideoLimits; objectMaxBytes: number };
  /** Target length of the chunks that a long video is cut into. */
  chunkSeconds: number;
  /** Object key prefix of all rendition files. */
  renditionPrefix: string;
  confirmRules: ConfirmRules;
}

/** The same context, with a pipeline's policy for truncated files. */
export function workerFor(worker: WorkerContext, damaged: Damaged): WorkerContext {
  return { ...worker, tools: { ...worker.tools, usesTruncated: damaged === 'repair' } };
}

/** Builds the context from the settings. */
export function createWorkerContext(
  { callback, oss, media, worker }: Config<'callback' | 'oss' | 'media' | 'worker'>,
  share: TranscodeShare & { imageBytes: number },
  {
    hardware,
    ...parts
  }: Pick<WorkerContext, 'source' | 'pipelines' | 'scratch'> & { hardware: Hardware | null },
): WorkerContext {
  return {
    ...parts,
    store: new ObjectStore(oss),
    tools: {
      ffmpegPath: media.ffmpegPath,
      ffprobePath: media.ffprobePath,
      cores: share.cores,
      ...(hardware ? { hardware } : {}),
      memoryMaxBytes: media.videoMemoryMaxBytes ?? share.addressBytes,
      scratchMaxBytes: media.mediaScratchMaxBytes,
    },
    limits: {
      image: {
        maxPixels: media.imageMaxPixels,
        maxFrames: media.imageMaxFrames,
        timeoutMs: media.imageTimeoutMs,
        memoryBytes: share.imageBytes,
      },
      imageMaxBytes: media.imageMaxBytes,
      video: {
        maxPixels: media.imageMaxPixels,
        timeoutMs: media.videoTimeoutMs,
        maxDurationMs: media.videoMaxDurationS * 1_000,
      },
      objectMaxBytes: media.mediaMaxBytes,
    },
    chunkSeconds: media.videoChunkS,
    renditionPrefix: oss.renditionPrefix,
    confirmRules: {
      believesAnyone: callback.trust === 'any',
      pipelines: parts.pipelines,
      sweepAfterMs: worker.sweepAfterMs,
      made: {
        renditionPrefix: oss.renditionPrefix,
        urlLifetimeMs: oss.urlLifetimeS * 1_000,
      },
    },
  };
}
