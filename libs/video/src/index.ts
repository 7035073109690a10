/**
 * video: facts, stills, streams and sounds of one video or audio file. Owns ffmpeg and ffprobe: spawns them directly,
 * each in its own process group, with limits, and reads nothing but the one file it was given.
 *
 * Does not belong here: uploads, buckets, queues; still images (image).
 * One more kind of rendition: its spec in `renditions.ts`, its outputs beside `make-mp4.ts`.
 */
export { findFfmpeg } from './find-ffmpeg.js';
export * from './make-loop.js';
export * from './make-poster.js';
export { makePreview, type PreviewSpec } from './make-preview.js';
export { makeStoryboard } from './make-storyboard.js';
export type { StoryboardSpec } from './storyboard-plan.js';
export { makeWaveforms, type WaveformSpec } from './make-waveforms.js';
export { measureLoudness, normalizeFilter, type Loudness } from './measure-loudness.js';
export * from './media-facts.js';
export { withoutPlaces } from './media-tags.js';
export * from './probe-media.js';
export * from './renditions.js';
export { channelsOf, transcodeAudio } from './transcode-audio.js';
export { detectHardware } from './detect-hardware.js';
export type { Hardware } from './hardware-encoders.js';
export { extractSubtitles } from './extract-subtitles.js';
export { encodeTracks, type EncodeJob, type EncodePart } from './encode-tracks.js';
export { encryptTracks, writeHls, writeMp4, type MadeTracks } from './finish-streams.js';
export { outputFrameRate, segmentFrames } from './ladder.js';
export type { PictureTrack, SoundTrack, StreamPlan, VideoSpecs } from './stream-plan.js';
export { playlistIn, readTrack, type Segment, type Track } from './track-files.js';
export * from './transcode-video.js';
export { isCut, planParts } from './chunk-plan.js';
export * from './encode-chunk.js';
export * from './join-hls.js';
