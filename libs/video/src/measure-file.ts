import { LandfallError } from '#runtime';
import { options } from './command-line.js';
import type { FfmpegTools } from './media-facts.js';
import { runFfprobe } from './run-ffprobe.js';

const timeoutMs = 60_000;

/**
 * The length of a file with one stream that ffmpeg made, which is to hold this codec and nothing else.
 *
 * @param path relative to `outDir`
 * @returns null when there is nothing in it
 * @throws `media.encoder_failed`
 */
export async function measureFile(
  tools: FfmpegTools,
  outDir: string,
  path: string,
  { demuxer, codec }: { demuxer: 'mov' | 'ogg' | 'mp3'; codec: string },
  signal: AbortSignal,
): Promise<number | null> {
  const { format, streams } = await runFfprobe({
    ffprobePath: tools.ffprobePath,
    inputArgs: options({ protocol_whitelist: 'file', format_whitelist: demuxer, i: `file:${path}` }),
    source: path,
    cwd: outDir,
    timeoutMs,
    signal,
    otherwise: 'media.encoder_failed',
  });
  const [stream] = streams;
  if (!stream) return null;
  if (streams.length !== 1 || stream.codec_name !== codec) {
    throw new LandfallError('media.encoder_failed', `${path} does not hold the one stream it should`);
  }
  const seconds = stream.duration ?? format.duration;
  return seconds === null ? null : Math.round(seconds * 1_000);
}
