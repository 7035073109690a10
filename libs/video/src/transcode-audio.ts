import { LandfallError } from '#runtime';
import { checkDuration, measureOutput } from './check-output.js';
import { options } from './command-line.js';
import { audioArgs, noTags } from './encoder-args.js';
import type { FfmpegTools, MediaFacts, VideoLimits } from './media-facts.js';
import type { AudioSpec, MadeRendition, OnProgress } from './renditions.js';
import { runFfmpeg } from './run-ffmpeg.js';

const path = 'audio.m4a';

/**
 * Makes an M4A with AAC of the best audio track; the audio of a video too.
 *
 * @param outDir an existing folder that gets `audio.m4a`
 * @throws `media.no_stream` when the source has no audio; otherwise what `transcodeVideo` throws
 */
export async function transcodeAudio(
  tools: FfmpegTools,
  source: string,
  facts: MediaFacts,
  spec: AudioSpec,
  outDir: string,
  limits: VideoLimits,
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<MadeRendition> {
  if (!facts.audio) throw new LandfallError('media.no_stream', 'the file has no audio');
  const complaints = await runFfmpeg(tools, {
    source,
    durationMs: facts.durationMs,
    maxPixels: limits.maxPixels,
    outputArgs: [
      ...audioArgs(facts.audio, spec.bitrateKbps),
      ...noTags,
      ...options({ movflags: '+faststart', f: 'ipod' }),
      path,
    ],
    outDir,
    timeoutMs: limits.timeoutMs,
    signal,
    onProgress,
  });
  const { durationMs } = await measureOutput(tools, outDir, path, { video: false, audio: true }, signal);
  // The sound of a video may well be shorter than its picture.
  if (!facts.video) checkDuration(facts, source, durationMs, complaints);
  return {
    files: [{ path, mimeType: 'audio/mp4' }],
    main: path,
    width: null,
    height: null,
    durationMs,
    encoder: null,
    details: {},
  };
}
