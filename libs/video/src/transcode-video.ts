import { LandfallError } from '#runtime';
import { checkDuration } from './check-output.js';
import { options } from './command-line.js';
import { chooseLadder, fitShortSide, outputFrameRate } from './ladder.js';
import { finishHls, hlsOutputs, makeHlsFolders, type HlsPlan } from './make-hls.js';
import { finishMp4, mp4Output, type Mp4Plan } from './make-mp4.js';
import type { FfmpegTools, MediaFacts, VideoFacts, VideoLimits } from './media-facts.js';
import { largestOf, pictureFilters, splitGraph } from './picture-filters.js';
import type { HlsSpec, MadeRendition, Mp4Spec, OnProgress } from './renditions.js';
import { runFfmpeg } from './run-ffmpeg.js';

export interface VideoSpecs {
  readonly hls?: HlsSpec;
  readonly mp4?: Mp4Spec;
}

/**
 * Makes everything that is wanted of one video in one run of ffmpeg, which decodes it once.
 *
 * @param source a local path or a (signed) http(s) URL
 * @param facts what `probeMedia` said of the source
 * @param outDir an existing folder; HLS writes `master.m3u8`, `<height>p/…` and `audio/…`, MP4 writes `video.mp4`
 * @returns what was made, by the name of its spec, each checked with ffprobe
 * @throws `media.no_stream`, `media.damaged`, `media.timed_out`, `media.encoder_failed`, `media.encoder_missing`,
 * `media.scratch_full`; for a URL also `storage.unavailable`, `storage.denied`, `object.missing`;
 * the signal's reason after an abort
 */
export async function transcodeVideo(
  tools: FfmpegTools,
  source: string,
  facts: MediaFacts,
  specs: VideoSpecs,
  outDir: string,
  limits: VideoLimits,
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<Map<string, MadeRendition>> {
  if (!facts.video) throw new LandfallError('media.no_stream', 'the file has no video');
  const { hls, mp4 } = planOutputs(facts.video, facts, specs);
  const sizes = [...(hls?.rungs ?? []), ...(mp4 ? [mp4.size] : [])];
  const made = new Map<string, MadeRendition>();
  if (sizes.length === 0) return made;
  if (hls) await makeHlsFolders(hls, outDir);

  const constantRate = `fps=fps=${outputFrameRate(facts.video.frameRate)}:start_time=0`;
  const filters = await pictureFilters(tools, facts.video, constantRate, largestOf(sizes), signal);
  const complaints = await runFfmpeg(tools, {
    source,
    durationMs: facts.durationMs,
    maxPixels: limits.maxPixels,
    outputArgs: [
      ...options({ filter_complex: splitGraph(facts.video.streamIndex, filters, sizes) }),
      ...(hls ? hlsOutputs(hls, (rung) => `[v${rung}]`) : []),
      ...(mp4 ? mp4Output(mp4, `[v${sizes.length - 1}]`) : []),
    ],
    outDir,
    timeoutMs: limits.timeoutMs,
    signal,
    onProgress,
  });

  if (specs.hls && hls) made.set(specs.hls.name, await finishHls(tools, hls, outDir, signal));
  if (specs.mp4 && mp4) made.set(specs.mp4.name, await finishMp4(tools, mp4, outDir, signal));
  for (const rendition of made.values()) checkDuration(facts, source, rendition.durationMs, complaints);
  return made;
}

function planOutputs(
  video: VideoFacts,
  { audio }: MediaFacts,
  specs: VideoSpecs,
): { hls?: HlsPlan; mp4?: Mp4Plan } {
  const frameRate = outputFrameRate(video.frameRate);
  return {
    hls: specs.hls && { spec: specs.hls, rungs: chooseLadder(video, specs.hls.heights), frameRate, audio },
    mp4: specs.mp4 && { size: fitShortSide(video, specs.mp4.height), frameRate, audio },
  };
}
