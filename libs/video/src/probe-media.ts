import { LandfallError } from '#runtime';
import { inputArgs } from './media-source.js';
import type { AudioFacts, FfmpegTools, MediaFacts, VideoFacts, VideoLimits } from './media-facts.js';
import { runFfprobe, type Description, type ProbedStream } from './run-ffprobe.js';

/** A file is described within this, or its index is not worth waiting for. */
const probeTimeoutMs = 60_000;

const dayMs = 86_400_000;
const hdrTransfers = new Set(['smpte2084', 'arib-std-b67']);
const interlacedOrders = new Set(['tt', 'bb', 'tb', 'bt']);
const tagLimits = { count: 50, length: 500 };

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

function readFacts({ format, streams }: Description, maxPixels: number): MediaFacts {
  const videos = streams.filter(
    (stream) => stream.codec_type === 'video' && !stream.disposition.attached_pic,
  );
  const audios = streams.filter((stream) => stream.codec_type === 'audio');
  if (videos.length + audios.length === 0) {
    throw new LandfallError('media.no_stream', `${streams.length} streams, none of them video or audio`);
  }
  const video = best(videos.map(readVideo), (facts) => facts.width * facts.height);
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
    bitrateBps: format.bit_rate,
    video,
    audio: audio && audio.facts,
    tags: readTags(format.tags),
  };
}

function readVideo(stream: ProbedStream): VideoFacts | null {
  if (!stream.codec_name || !stream.width || !stream.height) return null;
  const rotation = rotationOf(stream);
  const interlaced = interlacedOrders.has(stream.field_order ?? '');
  const shownWidth = Math.max(1, Math.round(stream.width * pixelAspectOf(stream)));
  const upright = rotation % 180 === 0;
  return {
    streamIndex: stream.index,
    codec: stream.codec_name,
    profile: stream.profile,
    width: upright ? shownWidth : stream.height,
    height: upright ? stream.height : shownWidth,
    rotation,
    frameRate: frameRateOf(stream, interlaced),
    pixelFormat: stream.pix_fmt,
    hdr: hdrTransfers.has(stream.color_transfer ?? ''),
    interlaced,
  };
}

function readAudio(stream: ProbedStream): { rank: number; facts: AudioFacts } | null {
  if (!stream.codec_name || !stream.channels || !stream.sample_rate) return null;
  const language = stream.tags.language;
  return {
    rank: stream.disposition.default ? 1 : 0,
    facts: {
      streamIndex: stream.index,
      codec: stream.codec_name,
      channels: stream.channels,
      sampleRateHz: stream.sample_rate,
      language: language === undefined || language === 'und' ? null : language.slice(0, 35),
    },
  };
}

/** Ratios a hair from square are rounding of whoever scaled the video before. */
function pixelAspectOf({ sample_aspect_ratio: ratio }: ProbedStream): number {
  return ratio === null || Math.abs(ratio - 1) < 0.01 ? 1 : ratio;
}

/** The display matrix counts counter-clockwise, the old `rotate` tag clockwise. */
function rotationOf(stream: ProbedStream): number {
  const matrix = stream.side_data_list.find((data) => data.rotation !== undefined)?.rotation;
  const clockwise = matrix === undefined ? Number(stream.tags.rotate ?? 0) : -matrix;
  const turn = (Math.round(clockwise / 90) * 90) % 360;
  return Number.isFinite(turn) ? (turn + 360) % 360 : 0;
}

/**
 * The average rate hides the bursts of a variable rate; `r_frame_rate` shows every frame but is a guess, at times
 * the clock of the container (1000, 90000) or the fields of an interlaced video.
 */
function frameRateOf(stream: ProbedStream, interlaced: boolean): number | null {
  const every = stream.r_frame_rate;
  return every !== null && every <= 60 && !interlaced ? every : (stream.avg_frame_rate ?? every);
}

function containerOf(formatName: string, tags: Record<string, string>): string {
  if (!formatName.startsWith('mov,')) return formatName.split(',')[0] ?? formatName;
  return tags.major_brand?.trim() === 'qt' ? 'mov' : 'mp4';
}

function readTags(tags: Record<string, string>): Record<string, string> {
  const kept = Object.entries(tags)
    .map(([name, value]) => [name.toLowerCase().slice(0, 100), value.slice(0, tagLimits.length)] as const)
    .filter(([name]) => !/location|gps|xyz/.test(name));
  return Object.fromEntries(kept.slice(0, tagLimits.count));
}

/** The first of those with the highest rank. */
function best<T>(candidates: readonly (T | null)[], rank: (candidate: T) => number): T | null {
  return candidates.reduce<T | null>(
    (first, next) => (next !== null && (first === null || rank(next) > rank(first)) ? next : first),
    null,
  );
}
