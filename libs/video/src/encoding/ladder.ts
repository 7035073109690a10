import type { Size, VideoCodec } from '#media';

/** Rounds down to an even length, as H.264 in 4:2:0 requires. */
function even(length: number): number {
  return Math.max(2, Math.floor(length / 2) * 2);
}

/**
 * The size with this shorter side and the aspect ratio of the source: even, and never larger than the source, except that a
 * side of 1 pixel becomes 2.
 */
export function fitShortSide(source: Size, shortSide: number): Size {
  const short = Math.min(source.width, source.height);
  const long = Math.max(source.width, source.height);
  const newShort = even(Math.min(shortSide, short));
  const newLong = Math.min(even((long * newShort) / short + 1), even(long));
  return source.width < source.height
    ? { width: newShort, height: newLong }
    : { width: newLong, height: newShort };
}

/** A source that is larger than a rung by at most this factor gains nothing from a rung of its own size. */
const nearlySame = 1.04;

/**
 * The sizes of an HLS ladder, largest first. Rungs above the source are omitted. A source between two rungs gets one more of
 * its own size; a source below all rungs gets only that.
 *
 * @param heights wanted heights in pixels; for a portrait source, wanted widths
 */
export function chooseLadder(source: Size, heights: readonly number[]): Size[] {
  const short = Math.min(source.width, source.height);
  const fitting = [...new Set(heights.map(even))].filter((height) => height <= short);
  const sorted = fitting.sort((one, other) => other - one);
  const [largest] = sorted;
  const hasOwn = !largest || (short < Math.max(...heights) && short > largest * nearlySame);
  return [...(hasOwn ? [short] : []), ...sorted].map((height) => fitShortSide(source, height));
}

/** Bitrate for the same quality relative to H.264. */
const codecShare: Readonly<Record<VideoCodec, number>> = { h264: 1, hevc: 0.65, av1: 0.55 };

/**
 * Bitrate cap for this size and frame rate in kbit/s: 5 Mbit/s for 1080p in H.264. Larger pictures need fewer bits per pixel;
 * more than 30 frames per second need 1.5 times as many bits.
 */
export function maxBitrateKbps(size: Size, frameRate: number, codec: VideoCodec = 'h264'): number {
  const share = (size.width * size.height) / (1920 * 1080);
  const pace = frameRate > 30 ? 1.5 : 1;
  return Math.max(100, Math.round(5_000 * share ** 0.75 * pace * codecShare[codec]));
}

/** The constant output frame rate: that of the source (30 if unknown), halved until it is at most 60, and at least 1. */
export function outputFrameRate(sourceRate: number | null): number {
  let rate = sourceRate ?? 30;
  while (rate > 60) rate /= 2;
  return Math.max(rate, 1);
}

/**
 * Frames per segment, which is also the GOP length. It is a whole number, so that all segments at a rate such as 23.976 last
 * 4.004 s and a part of a video can begin at any of them.
 */
export function segmentFrames(frameRate: number, segmentSeconds: number): number {
  return Math.max(1, Math.round(frameRate * segmentSeconds));
}
