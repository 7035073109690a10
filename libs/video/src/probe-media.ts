import { LandfallError } from '#runtime';
import { inputArgs } from './media-source.js';
import type { FfmpegTools, MediaFacts, VideoLimits } from './media-facts.js';
import { readSubtitles } from './probe-streams.js';
import { boundRaw, readTags } from './media-tags.js';
import { runFfprobe, type Description } from './run-ffprobe.js';
import { readAudio, readStream, readVideo } from './stream-facts.js';

/** A file is described within this, or its index is not worth waiting for. */
const probeTimeoutMs = 60_000;

const dayMs = 86_400_000;
/** Of a file with more streams, the rest is left out of the facts. */
const streamsTold = 64;

/**
 * Reads what a file is, without decoding it as a whole.
 *
 * @param source a local path, or the URL of a gate, of which only the parts that are needed are read
 * @throws `media.damaged`, `media.unsupported`, `media.no_stream`, `media.too_many_pixels`, `media.too_complex`,
 * `media.too_long`, `media.timed_out`, `media.encoder_missing`, `media.encoder_killed`;
 * the signal's reason after an abort
 */
export async function probeMedia(
  tools: FfmpegTools,
  source: string,
  limits: VideoLimits,
  signal: AbortSignal,
): Promise<MediaFacts> {
  const description = await runFfprobe({
    ffprobePath: tools.ffprobePath,
    bounds: tools,
    inputArgs: inputArgs(source, limits.maxPixels),
    source,
    timeoutMs: Math.min(limits.timeoutMs, probeTimeoutMs),
    signal,
    otherwise: 'media.damaged',
  });
  const facts = readFacts(description, limits.maxPixels);
  const { maxDurationMs = dayMs } = limits;
  if ((facts.durationMs ?? 0) <= maxDurationMs) return facts;
  throw new LandfallError(
    'media.too_long',
    `it lasts ${facts.durationMs} ms, at most ${maxDurationMs} are taken`,
  );
}

function readFacts({ format, streams, chapters, raw }: Description, maxPixels: number): MediaFacts {
  const videos = streams.filter(
    (stream) => stream.codec_type === 'video' && !stream.disposition.attached_pic,
  );
  const audios = streams.filter((stream) => stream.codec_type === 'audio');
  if (videos.length + audios.length === 0) {
    throw new LandfallError('media.no_stream', `${streams.length} streams, none of them video or audio`);
  }
  const video = best(
    videos.map((stream) => readVideo(stream, format.start_time)),
    (facts) => facts.width * facts.height,
  );
  const audio = best(audios.map(readAudio), (facts) => facts.rank);
  if (!video && !audio) {
    const codecs = [...videos, ...audios].map((stream) => stream.codec_name ?? 'unknown codec');
    throw new LandfallError('media.unsupported', `no stream can be decoded (${codecs.join(', ')})`);
  }
  const pixels = Math.max(0, ...videos.map((stream) => (stream.width ?? 0) * (stream.height ?? 0)));
  if (pixels > maxPixels) {
    throw new LandfallError(
      'media.too_many_pixels',
      `frames of ${pixels} pixels, at most ${maxPixels} are taken`,
    );
  }
  const seconds =
    format.duration ??
    best(
      streams.map((stream) => stream.duration),
      (duration) => duration,
    );
  return {
    kind: video ? 'video' : 'audio',
    container: containerOf(format.format_name ?? '', format.tags),
    durationMs: seconds === null ? null : Math.round(seconds * 1_000),
    startMs: Math.round(format.start_time * 1_000),
    bitrateBps: format.bit_rate,
    video,
    audio: audio && audio.facts,
    subtitles: readSubtitles(streams),
    streams: streams.slice(0, streamsTold).map((stream) => readStream(stream, format.start_time)),
    chapterCount: chapters.length,
    tags: readTags(format.tags),
    raw: boundRaw(raw),
  };
}

function containerOf(formatName: string, tags: Record<string, string>): string {
  if (!formatName.startsWith('mov,')) return formatName.split(',')[0] ?? formatName;
  return tags.major_brand?.trim() === 'qt' ? 'mov' : 'mp4';
}

/** The first of those with the highest rank. */
function best<T>(candidates: readonly (T | null)[], rank: (candidate: T) => number): T | null {
  return candidates.reduce<T | null>(
    (first, next) => (next !== null && (first === null || rank(next) > rank(first)) ? next : first),
    null,
  );
}
