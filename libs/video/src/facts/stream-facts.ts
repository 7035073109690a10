import type { AudioFacts, StreamFacts, VideoColours, VideoFacts } from './media-facts.js';
import { textLimit } from './media-tags.js';
import { endOf, languageOf } from './probe-streams.js';
import type { ProbedStream, SideData } from '../ffmpeg/run-ffprobe.js';

const interlacedOrders = new Set(['tt', 'bb', 'tb', 'bt']);

/** Reads the facts of a stream of any type. @param startSeconds start time of the file in its own timestamps */
export function readStream(stream: ProbedStream, startSeconds: number, frame?: SideData): StreamFacts {
  const picture = readVideo(stream, startSeconds, frame);
  return {
    index: stream.index,
    type: stream.disposition.attached_pic ? 'cover' : stream.codec_type,
    codec: stream.codec_name,
    profile: stream.profile,
    width: picture?.width ?? null,
    height: picture?.height ?? null,
    frameRate: picture?.frameRate ?? null,
    bitrateBps: stream.bit_rate,
    hdr: hdrOf(stream),
    bitDepth: stream.bits_per_raw_sample ?? bitDepthOf(stream.pix_fmt),
    channels: stream.channels,
    channelLayout: stream.channel_layout,
    sampleRateHz: stream.sample_rate,
    language: languageOf(stream),
    title: stream.tags.title?.slice(0, textLimit) ?? null,
    dispositions: Object.keys(stream.disposition).filter((name) => stream.disposition[name] === 1),
  };
}

/**
 * Reads the facts of a stream as video; null if it has no picture.
 *
 * @param frame side data of its first frame
 */
export function readVideo(
  stream: ProbedStream,
  startSeconds: number,
  frame: SideData = [],
): VideoFacts | null {
  if (!stream.codec_name || !stream.width || !stream.height) return null;
  const { rotation, mirrored } = turnOf(stream, frame);
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
    mirrored,
    frameRate: frameRateOf(stream, interlaced),
    pixelFormat: stream.pix_fmt,
    colours: coloursOf(stream),
    hdr: hdrOf(stream) === 'pq' || hdrOf(stream) === 'hlg',
    peakNits: peakOf([...stream.side_data_list, ...frame]),
    interlaced,
    fullRange: stream.color_range === 'pc' || (stream.pix_fmt ?? '').startsWith('yuvj'),
    startMs: Math.round((stream.start_time - startSeconds) * 1e6) / 1_000,
    endMs: endOf(stream, startSeconds),
  };
}

/** Reads the facts of a stream as audio; null if it has none. */
export function readAudio(stream: ProbedStream): AudioFacts | null {
  if (!stream.codec_name || !stream.channels || !stream.sample_rate) return null;
  return {
    streamIndex: stream.index,
    codec: stream.codec_name,
    channels: stream.channels,
    channelLayout: stream.channel_layout,
    sampleRateHz: stream.sample_rate,
    language: languageOf(stream),
  };
}

/** The aspect ratio of a pixel. Ratios within 1 % of square come from rounding when the video was scaled before. */
function pixelAspectOf({ sample_aspect_ratio: ratio }: ProbedStream): number {
  return ratio === null || Math.abs(ratio - 1) < 0.01 ? 1 : ratio;
}

/**
 * How a player rotates the picture, as stated by the container or else by the first frame. The display matrix counts
 * counter-clockwise, the old `rotate` tag clockwise.
 */
function turnOf(stream: ProbedStream, frame: SideData): Pick<VideoFacts, 'rotation' | 'mirrored'> {
  const reported = [...stream.side_data_list, ...frame].find((data) => data.rotation !== undefined);
  const clockwise = reported?.rotation === undefined ? Number(stream.tags.rotate ?? 0) : -reported.rotation;
  const turn = (Math.round(clockwise / 90) * 90) % 360;
  // ffprobe prints the matrix line by line, each after its number: a b u, c d v, x y w.
  const [[a, b] = [], [c, d] = []] = (reported?.displaymatrix ?? '')
    .trim()
    .split('\n')
    .map((line) => line.split(/\s+/).slice(1).map(Number));
  return {
    rotation: Number.isFinite(turn) ? (turn + 360) % 360 : 0,
    mirrored: Number(a) * Number(d) - Number(b) * Number(c) < 0,
  };
}

/** Peak luminance of the content, or else of the mastering display. Less than SDR white is not HDR, and PQ ends at 10,000. */
function peakOf(data: SideData): number | null {
  const reported = [...data.map((one) => one.max_content), ...data.map((one) => one.max_luminance)];
  return reported.find((nits) => nits !== null && nits >= 100 && nits <= 10_000) ?? null;
}

/**
 * `r_frame_rate` covers the bursts of a variable rate, which the average hides, but it is a guess: sometimes it is the clock of
 * the container (1000, 90000) or the field rate of an interlaced video.
 */
function frameRateOf(stream: ProbedStream, interlaced: boolean): number | null {
  const every = stream.r_frame_rate;
  return every !== null && every <= 60 && !interlaced ? every : (stream.avg_frame_rate ?? every);
}

function coloursOf({
  color_space: matrix,
  color_primaries: primaries,
  color_transfer: transfer,
}: ProbedStream): VideoColours {
  return { matrix: matrix === 'gbr' ? null : matrix, primaries, transfer };
}

/** PQ (HDR10, HDR10+) and HLG are known by the transfer curve, Dolby Vision by its own configuration record. */
function hdrOf({ color_transfer: transfer, side_data_list: data }: ProbedStream): StreamFacts['hdr'] {
  if (transfer === 'smpte2084') return 'pq';
  if (transfer === 'arib-std-b67') return 'hlg';
  return data.some(({ side_data_type: type }) => type?.startsWith('DOVI')) ? 'dolby-vision' : null;
}

/** ffmpeg's names of pixel formats end with the bit depth if it is not 8: `yuv420p10le`. */
function bitDepthOf(pixelFormat: string | null): number | null {
  if (pixelFormat === null) return null;
  return Number(/(9|10|12|14|16)[lb]e$/.exec(pixelFormat)?.[1] ?? 8);
}
