/**
 * video: reads the facts of one video or audio file and makes stills, streams and audio from it. Owns ffmpeg and ffprobe:
 * spawns them directly, each in its own process group and within resource limits, and lets them read only that one file.
 *
 * Does not belong here: uploads, buckets, queues; still images (image).
 * The specs of renditions are in `media`; each maker here takes one `VideoWork` and its spec.
 */
import '#media';

export { makeWaveforms } from './audio/make-waveforms.js';
export { channelsOf, transcodeAudio } from './audio/transcode-audio.js';
export { isCut, planContents } from './chunks/chunk-plan.js';
export {
  chunkOfHls,
  chunkOfMp4,
  encodeChunk,
  type EncodedChunk,
  filesOfChunk,
  sizeOfChunk,
} from './chunks/encode-chunk.js';
export { describeGrowing, pieceOf } from './chunks/growing-piece.js';
export type { ChunkContent } from './chunks/growing-plan.js';
export { joinChunks, joinHls, writePlaylists } from './chunks/join-hls.js';
export { detectHardware } from './encoding/detect-hardware.js';
export { type Loudness, measureLoudness } from './encoding/measure-loudness.js';
export type { VideoWork } from './encoding/video-work.js';
export type { MediaFacts } from './facts/media-facts.js';
export { withoutPlaces } from './facts/media-tags.js';
export { probeMedia } from './facts/probe-media.js';
export type { FfmpegTools, Hardware, VideoLimits } from './ffmpeg/tools.js';
export { chooseRungs } from './ladder/choose-rungs.js';
export type { LadderPlan } from './ladder/plan-ladder.js';
export { makeLoop } from './stills/make-loop.js';
export { makePoster } from './stills/make-poster.js';
export { makePreview } from './stills/make-preview.js';
export { makeStoryboard } from './stills/make-storyboard.js';
export { writeMp4 } from './streams/finish-streams.js';
export type { StreamPlan, VideoSpecs } from './streams/stream-plan.js';
export { planInSoftware, transcodeVideo } from './streams/transcode-video.js';
