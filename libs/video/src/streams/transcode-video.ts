import { LandfallError } from '#runtime';
import { findSoftware, preferHardware, type EncoderOf } from '../encoding/choose-encoders.js';
import { makeOrFallBack, refusalOf, withDetails, type TranscodeOptions } from './make-streams.js';
import { chooseRungs } from '../ladder/choose-rungs.js';
import type { FfmpegTools } from '../ffmpeg/tools.js';
import type { MediaFacts } from '../facts/media-facts.js';
import type { MadeRendition } from '#media';
import type { VideoWork } from '../encoding/video-work.js';
import { planStreams, type StreamPlan, type VideoSpecs } from './stream-plan.js';

/**
 * Makes the requested renditions of one video in one run of ffmpeg, which decodes it once, or in two if the smallest rung is
 * published first. Measuring the ladder and the loudness and extracting subtitles take runs of their own.
 *
 * @param work `outDir` receives `master.m3u8`, `<height>p/…` and `audio/…` for HLS, and `video.mp4` for MP4
 * @returns the renditions by the name of their spec, each checked with ffprobe
 * @throws `media.no_stream`, `media.damaged`, `media.timed_out`, `media.encoder_failed`, `media.encoder_missing`,
 * `media.scratch_full`; with a range proxy also `storage.unavailable`, `storage.denied`, `object.missing`; the signal's reason
 * after an abort
 */
export async function transcodeVideo(
  work: VideoWork,
  specs: VideoSpecs,
  settings: TranscodeOptions = {},
): Promise<Map<string, MadeRendition>> {
  const { tools, facts, signal } = work;
  const software = await softwareFor(tools, specs, signal);
  const ladder = specs.ladder ?? (await chooseRungs(work, specs.hls));
  const planWith = (encoderOf: EncoderOf) => planVideo(facts, { ...specs, ladder }, encoderOf);
  const plan = planWith(preferHardware(tools, software));
  const made = await makeOrFallBack({ ...work, plan }, () => planWith(software), settings);
  return withDetails(made, refusalOf(tools, plan));
}

/** Plans the tracks of a video for software encoders, so that every worker encodes its parts alike. */
export async function planInSoftware(
  tools: FfmpegTools,
  facts: MediaFacts,
  specs: VideoSpecs,
  signal: AbortSignal,
): Promise<StreamPlan> {
  return planVideo(facts, specs, await softwareFor(tools, specs, signal));
}

function softwareFor(tools: FfmpegTools, { hls }: VideoSpecs, signal: AbortSignal): Promise<EncoderOf> {
  return findSoftware(tools, ['h264', hls?.codec ?? 'h264'], signal);
}

function planVideo({ video, audio }: MediaFacts, specs: VideoSpecs, encoderOf: EncoderOf): StreamPlan {
  if (!video) throw new LandfallError('media.no_stream', 'the file has no video');
  return planStreams(video, audio, specs, encoderOf);
}
