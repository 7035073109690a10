import { LandfallError } from '#runtime';
import { inputArgs } from './media-source.js';
import { decodableCodecs } from './find-ffmpeg.js';
import type { AudioFacts, FfmpegTools, MediaFacts, VideoFacts, VideoLimits } from './media-facts.js';
import { endOf, readSubtitles } from './probe-streams.js';
import { boundRaw, readTags } from './media-tags.js';
import { runFfprobe, type Description, type ProbedStream } from './run-ffprobe.js';
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
  const facts = readFacts(description, limits.maxPixels, await decodableCodecs(tools));
  const { maxDurationMs = dayMs } = limits;
  if ((facts.durationMs ?? 0) <= maxDurationMs) return facts;
  throw new LandfallError(
    'media.too_long',
    `it lasts ${facts.durationMs} ms, at most ${maxDurationMs} are taken`,
  );
}

function readFacts(
  { format, streams, chapters, raw }: Description,
  maxPixels: number,
  decodable: ReadonlySet<string>,
): MediaFacts {
  const videos = streams.filter(
    (stream) => stream.codec_type === 'video' && !stream.disposition.attached_pic,
  );
  const audios = streams.filter((stream) => stream.codec_type === 'audio');
  if (videos.length + audios.length === 0) {
    throw new LandfallError('media.no_stream', `${streams.length} streams, none of them video or audio`);
  }
  const video = chooseVideo(videos, format.start_time, decodable);
  const audio = chooseAudio(audios, decodable);
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
  return {
    kind: video ? 'video' : 'audio',
    container: containerOf(format.format_name ?? '', format.tags),
    durationMs: durationOf({ format, streams }, [video?.streamIndex, audio?.streamIndex]),
    startMs: Math.round(format.start_time * 1_000),
    bitrateBps: format.bit_rate,
    video,
    audio,
    subtitles: readSubtitles(streams),
    streams: streams.slice(0, streamsTold).map((stream) => readStream(stream, format.start_time)),
    chapterCount: chapters.length,
    tags: readTags(format.tags),
    raw: boundRaw(raw),
  };
}

/**
 * The picture that people mean: one that can be decoded, that the file prefers, that moves for as long as the others do (a
 * motion photo keeps its still as a track of one frame), and then the largest.
 */
function chooseVideo(
  videos: readonly ProbedStream[],
  startSeconds: number,
  decodable: ReadonlySet<string>,
): VideoFacts | null {
  const mostFrames = Math.max(0, ...videos.map((stream) => stream.nb_frames ?? 0));
  const ranked = videos.map((stream) => {
    const facts = readVideo(stream, startSeconds);
    const moves = stream.nb_frames === null || 2 * stream.nb_frames >= mostFrames;
    const merits = [decodable.has(facts?.codec ?? ''), stream.disposition.default === 1, moves];
    return facts && { facts, rank: [...merits.map(Number), facts.width * facts.height] };
  });
  return best(ranked)?.facts ?? null;
}

/** The first sound that can be decoded, rather one that the file prefers. */
function chooseAudio(audios: readonly ProbedStream[], decodable: ReadonlySet<string>): AudioFacts | null {
  const ranked = audios.map((stream) => {
    const facts = readAudio(stream);
    const merits = [decodable.has(facts?.codec ?? ''), stream.disposition.default === 1];
    return facts && { facts, rank: merits.map(Number) };
  });
  return best(ranked)?.facts ?? null;
}

/** How long what is used of a file lasts: another track, a subtitle or a chapter may go on long after it. */
function durationOf(
  { format, streams }: Pick<Description, 'format' | 'streams'>,
  used: readonly (number | undefined)[],
): number | null {
  const longest = (times: readonly (number | null)[]) =>
    Math.max(0, ...times.map((time) => time ?? 0)) || null;
  const told = format.duration ?? longest(streams.map((stream) => stream.duration));
  const toldMs = told === null ? null : Math.round(told * 1_000);
  const ends = streams
    .filter((stream) => used.includes(stream.index))
    .map((stream) => endOf(stream, format.start_time));
  const usedMs = ends.includes(null) ? null : longest(ends);
  return toldMs === null || usedMs === null ? (toldMs ?? usedMs) : Math.min(toldMs, usedMs);
}

function containerOf(formatName: string, tags: Record<string, string>): string {
  if (!formatName.startsWith('mov,')) return formatName.split(',')[0] ?? formatName;
  return tags.major_brand?.trim() === 'qt' ? 'mov' : 'mp4';
}

interface Ranked<T> {
  readonly facts: T;
  /** Compared from the first number on. */
  readonly rank: readonly number[];
}

/** The first of those with the highest rank. */
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
