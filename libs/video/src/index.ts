/**
 * video: facts, posters, HLS, MP4 and audio of one video or audio file. Owns ffmpeg and ffprobe: spawns them directly,
 * each in its own process group, with limits, and reads nothing but the one file it was given.
 *
 * Does not belong here: uploads, buckets, queues; still images (image).
 * One more kind of rendition: its spec in `renditions.ts`, its outputs beside `make-mp4.ts`.
 */
export { findFfmpeg } from './find-ffmpeg.js';
export * from './make-poster.js';
export * from './media-facts.js';
export * from './probe-media.js';
export * from './renditions.js';
export * from './transcode-audio.js';
export * from './transcode-video.js';
