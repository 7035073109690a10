/**
 * video: facts, stills, streams and sounds of one video or audio file. Owns ffmpeg and ffprobe: spawns them directly,
 * each in its own process group, with limits, and reads nothing but the one file it was given.
 *
 * Does not belong here: uploads, buckets, queues; still images (image).
 * One more kind of rendition: its spec in `renditions.ts`, its outputs beside `make-mp4.ts`.
 */
export { findFfmpeg } from './ffmpeg/find-ffmpeg.js';
export * from './stills/make-loop.js';
export * from './stills/make-poster.js';
export { makePreview, type PreviewSpec } from './stills/make-preview.js';
export { makeStoryboard } from './stills/make-storyboard.js';
export type { StoryboardSpec } from './stills/storyboard-plan.js';
export { makeWaveforms, type WaveformSpec } from './audio/make-waveforms.js';
export { measureLoudness, normalizeFilter, type Loudness } from './encoding/measure-loudness.js';
export * from './facts/media-facts.js';
export { withoutPlaces } from './facts/media-tags.js';
export * from './facts/probe-media.js';
export * from './renditions.js';
export { channelsOf, transcodeAudio } from './audio/transcode-audio.js';
export { detectHardware } from './encoding/detect-hardware.js';
export type { Hardware } from './encoding/hardware-encoders.js';
export { extractSubtitles } from './streams/extract-subtitles.js';
export { encodeTracks, type EncodeJob, type EncodePart } from './streams/encode-tracks.js';
export { encryptTracks, writeHls, writeMp4, type MadeTracks } from './streams/finish-streams.js';
export { outputFrameRate, segmentFrames } from './encoding/ladder.js';
export type { PictureTrack, SoundTrack, StreamPlan, VideoSpecs } from './streams/stream-plan.js';
export { playlistIn, readTrack, type Segment, type Track } from './streams/track-files.js';
export * from './streams/transcode-video.js';
export { isCut, planParts } from './chunks/chunk-plan.js';
export * from './chunks/encode-chunk.js';
export * from './chunks/join-hls.js';
