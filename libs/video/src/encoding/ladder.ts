import type { Size, VideoCodec } from '#media';

/** H.264 in 4:2:0 wants even sides. */
function even(length: number): number {
  return Math.max(2, Math.floor(length / 2) * 2);
}

/**
 * The size with `shortSide` as its shorter side and the shape of the source: even, and never larger than the source
 * (but for one pixel of a source that is one pixel wide).
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

/** A source that is larger than a rung by no more than this gains nothing from a rung of its own. */
const nearlySame = 1.04;

/**
 * The sizes of an HLS ladder, largest first. Rungs above the source are left out; one between two rungs has the largest one
 * at its own size, and one below all of them has only that.
 *
 * @param heights wanted heights in pixels; of a portrait source, wanted widths
 */
export function chooseLadder(source: Size, heights: readonly number[]): Size[] {
  const short = Math.min(source.width, source.height);
  const fitting = [...new Set(heights.map(even))].filter((height) => height <= short);
  const sorted = fitting.sort((one, other) => other - one);
  const [largest] = sorted;
  const hasOwn = !largest || (short < Math.max(...heights) && short > largest * nearlySame);
  return [...(hasOwn ? [short] : []), ...sorted].map((height) => fitShortSide(source, height));
}

/** What the newer codecs need for the same picture, as a share of H.264's bits. */
const codecShare: Readonly<Record<VideoCodec, number>> = { h264: 1, hevc: 0.65, av1: 0.55 };

/**
 * Highest bitrate at this size and rate. 5 Mbit/s for 1080p in H.264; more pixels need less each, and twice the
 * frames need half as much again.
 */
export function maxBitrateKbps(size: Size, frameRate: number, codec: VideoCodec = 'h264'): number {
  const share = (size.width * size.height) / (1920 * 1080);
  const pace = frameRate > 30 ? 1.5 : 1;
  return Math.max(100, Math.round(5_000 * share ** 0.75 * pace * codecShare[codec]));
}

/** The constant rate that is encoded: that of the source, halved until it is at most 60 frames a second. */
export function outputFrameRate(sourceRate: number | null): number {
  let rate = sourceRate ?? 30;
  while (rate > 60) rate /= 2;
  return Math.max(rate, 1);
}

/**
 * Frames from one key frame, and so from one segment, to the next: whole frames, so that segments of a rate such as
 * 23.976 are 4.004 s long, all of them, and a part of a video can begin at any of them.
 */
export function segmentFrames(frameRate: number, segmentSeconds: number): number {
  return Math.max(1, Math.round(frameRate * segmentSeconds));
}
