/** Size of a picture with square pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

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

/**
 * The sizes of an HLS ladder, largest first. Rungs above the source are left out; when that leaves none, the source's
 * own size is the only rung.
 *
 * @param heights wanted heights in pixels; of a portrait source, wanted widths
 */
export function chooseLadder(source: Size, heights: readonly number[]): Size[] {
  const short = Math.min(source.width, source.height);
  const fitting = [...new Set(heights.map(even))].filter((height) => height <= short);
  const chosen = fitting.length > 0 ? fitting.sort((one, other) => other - one) : [short];
  return chosen.map((height) => fitShortSide(source, height));
}

/**
 * Highest bitrate for H.264 at this size and rate. 5 Mbit/s for 1080p; more pixels need less each, and twice the
 * frames need half as much again.
 */
export function maxBitrateKbps(size: Size, frameRate: number): number {
  const share = (size.width * size.height) / (1920 * 1080);
  const pace = frameRate > 30 ? 1.5 : 1;
  return Math.max(100, Math.round(5_000 * share ** 0.75 * pace));
}

/** The constant rate that is encoded: that of the source, halved until it is at most 60 frames a second. */
export function outputFrameRate(sourceRate: number | null): number {
  let rate = sourceRate ?? 30;
  while (rate > 60) rate /= 2;
  return Math.max(rate, 1);
}
