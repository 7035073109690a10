import { LandfallError } from '#runtime';
import { inputArgs } from '../ffmpeg/media-source.js';
import { decodableCodecs } from '../ffmpeg/find-ffmpeg.js';
import type { FfmpegTools, VideoLimits } from '../ffmpeg/tools.js';
import type { AudioFacts, MediaFacts, VideoFacts } from './media-facts.js';
import { endOf, readSubtitles } from './probe-streams.js';
import { boundRaw, readTags } from './media-tags.js';
import { runFfprobe, type Description, type ProbedStream, type SideData } from '../ffmpeg/run-ffprobe.js';
import { readAudio, readStream, readVideo } from './stream-facts.js';

/** An index that takes longer to read is not worth waiting for. */
const probeTimeoutMs = 60_000;

const dayMs = 86_400_000;
/** Maximum number of streams in the facts. */
const streamsReported = 64;

/**
 * Reads the facts of a file without decoding all of it.
 *
 * @param source a local path, or the URL of a range proxy, of which only the necessary parts are read
 * @throws `media.damaged`, `media.unsupported`, `media.no_stream`, `media.too_many_pixels`, `media.too_complex`,
 * `media.too_long`, `media.timed_out`, `media.encoder_missing`, `media.encoder_killed`; the signal's reason after an abort
 */
export async function probeMedia(
  tools: FfmpegTools,
  source: string,
  limits: VideoLimits,
  signal: AbortSignal,
): Promise<MediaFacts> {
  const run = {
    ffprobePath: tools.ffprobePath,
    bounds: tools,
    inputArgs: inputArgs(source, limits.maxPixels),
    source,
    timeoutMs: Math.min(limits.timeoutMs, probeTimeoutMs),
    signal,
    otherwise: 'media.damaged' as const,
  };
  const description = await runFfprobe({ ...run, frames: 'first' });
  const decodable = await decodableCodecs(tools);
  let facts = readFacts(description, limits.maxPixels, decodable);
  if (facts.video && lacksFrame(description, facts.video)) {
    const { frames } = await runFfprobe({ ...run, frames: { ofStream: facts.video.streamIndex } });
    facts = readFacts({ ...description, frames }, limits.maxPixels, decodable);
  }
  const { maxDurationMs = dayMs } = limits;
  if ((facts.durationMs ?? 0) <= maxDurationMs) return facts;
  throw new LandfallError(
    'media.too_long',
    `it lasts ${facts.durationMs} ms; the limit is ${maxDurationMs} ms`,
  );
}

/** Codecs whose frames may carry rotation or luminance. */
const tellingCodecs: ReadonlySet<string> = new Set(['h264', 'hevc', 'mjpeg', 'av1']);

/** True if the frames of this video may carry side data, but none is among the first frames of the file. */
function lacksFrame({ frames }: Description, { codec, streamIndex }: VideoFacts): boolean {
  return tellingCodecs.has(codec) && frames.every((frame) => frame.stream_index !== streamIndex);
}

function readFacts(
  { format, streams, frames, chapters, raw }: Description,
  maxPixels: number,
  decodable: ReadonlySet<string>,
): MediaFacts {
  const videos = streams.filter(
    (stream) => stream.codec_type === 'video' && !stream.disposition.attached_pic,
  );
  const audios = streams.filter((stream) => stream.codec_type === 'audio');
  if (videos.length + audios.length === 0) {
    throw new LandfallError('media.no_stream', `none of its ${streams.length} streams is video or audio`);
  }
  const video = chooseVideo(videos, { format, frames }, decodable);
  const audio = chooseAudio(audios, decodable);
  if (!video && !audio) {
    const codecs = [...videos, ...audios].map((stream) => stream.codec_name ?? 'unknown codec');
    throw new LandfallError('media.unsupported', `no stream can be decoded (${codecs.join(', ')})`);
  }
  const pixels = Math.max(0, ...videos.map((stream) => (stream.width ?? 0) * (stream.height ?? 0)));
  if (pixels > maxPixels) {
    throw new LandfallError(
      'media.too_many_pixels',
      `its frames have ${pixels} pixels; the limit is ${maxPixels}`,
    );
  }
  return {
    kind: video ? 'video' : 'audio',
    container: containerOf(format.format_name ?? '', format.tags),
    durationMs: durationOf({ format, streams }, [video?.streamIndex, audio?.streamIndex]),
    startMs: Math.round(format.start_time * 1_000),
    bitrateBps: format.bit_rate,
    video,
    audio,
    subtitles: readSubtitles(streams),
    streams: streams
      .slice(0, streamsReported)
      .map((stream) => readStream(stream, format.start_time, firstFrameOf(stream, frames))),
    chapterCount: chapters.length,
    tags: readTags(format.tags),
    raw: boundRaw(raw),
  };
}

/**
 * Chooses the main video by these criteria, in this order: it can be decoded, it is the default stream, it has at least half as
 * many frames as any other (a motion photo contains its still as a track of one frame), it is the largest.
 */
function chooseVideo(
  videos: readonly ProbedStream[],
  { format, frames }: Pick<Description, 'format' | 'frames'>,
  decodable: ReadonlySet<string>,
): VideoFacts | null {
  const mostFrames = Math.max(0, ...videos.map((stream) => stream.nb_frames ?? 0));
  const ranked = videos.map((stream) => {
    const facts = readVideo(stream, format.start_time, firstFrameOf(stream, frames));
    const moves = stream.nb_frames === null || 2 * stream.nb_frames >= mostFrames;
    const merits = [decodable.has(facts?.codec ?? ''), stream.disposition.default === 1, moves];
    return facts && { facts, rank: [...merits.map(Number), facts.width * facts.height] };
  });
  return best(ranked)?.facts ?? null;
}

/** Side data of the first frame of a stream. */
function firstFrameOf({ index }: ProbedStream, frames: Description['frames']): SideData | undefined {
  return frames.find((frame) => frame.stream_index === index)?.side_data_list;
}

/** Chooses the main audio stream: one that can be decoded before others, then the default stream, then the first. */
function chooseAudio(audios: readonly ProbedStream[], decodable: ReadonlySet<string>): AudioFacts | null {
  const ranked = audios.map((stream) => {
    const facts = readAudio(stream);
    const merits = [decodable.has(facts?.codec ?? ''), stream.disposition.default === 1];
    return facts && { facts, rank: merits.map(Number) };
  });
  return best(ranked)?.facts ?? null;
}

/** Duration of the streams in use: another track, a subtitle or a chapter may last much longer. */
function durationOf(
  { format, streams }: Pick<Description, 'format' | 'streams'>,
  used: readonly (number | undefined)[],
): number | null {
  const longest = (times: readonly (number | null)[]) =>
    Math.max(0, ...times.map((time) => time ?? 0)) || null;
  const reported = format.duration ?? longest(streams.map((stream) => stream.duration));
  const reportedMs = reported === null ? null : Math.round(reported * 1_000);
  const ends = streams
    .filter((stream) => used.includes(stream.index))
    .map((stream) => endOf(stream, format.start_time));
  const usedMs = ends.includes(null) ? null : longest(ends);
  return reportedMs === null || usedMs === null ? (reportedMs ?? usedMs) : Math.min(reportedMs, usedMs);
}

function containerOf(formatName: string, tags: Record<string, string>): string {
  if (!formatName.startsWith('mov,')) return formatName.split(',')[0] ?? formatName;
  return tags.major_brand?.trim() === 'qt' ? 'mov' : 'mp4';
}

interface Ranked<T> {
  readonly facts: T;
  /** Compared number by number. */
  readonly rank: readonly number[];
}

/** The first candidate with the highest rank. */
function best<T>(candidates: readonly (Ranked<T> | null)[]): Ranked<T> | null {
  return candidates.reduce<Ranked<T> | null>(
    (first, next) => (next !== null && (first === null || isAbove(next.rank, first.rank)) ? next : first),
    null,
  );
}

function isAbove(rank: readonly number[], other: readonly number[]): boolean {
  const at = rank.findIndex((part, index) => part !== other[index]);
  return at >= 0 && (rank[at] ?? 0) > (other[at] ?? 0);
}
