import sharp, { type Sharp } from 'sharp';
import type { AutoFormat } from './auto-formats.js';
import { type BarePixels, samplePicture } from './sample-picture.js';
import { compareWith, measurableSide } from './ssimulacra2.js';

/**
 * The target score of `quality: auto`. Quality 80 gives photos a score of 68 to 82 in JPEG and WebP, and 82 to 89 in
 * AVIF; at 75 an average viewer finds no difference without a side-by-side comparison.
 */
const targetScore = 75;
/** A score this close to the target counts as reached. */
const near = 0.5;
const longestStep = 16;
/** Grey values behind transparent parts: nearly black and nearly white, either of which may reveal a flaw. */
const backgrounds = [26, 230];

/** A chosen quality, and whether the target or a limit of the range determined it. */
export interface FoundQuality {
  readonly quality: number;
  readonly reason: 'target' | 'floor' | 'ceiling';
}

/**
 * Finds the lowest quality at which a picture reaches `targetScore`, by encoding and decoding a sample once or twice
 * and comparing the results. Deterministic for the same picture.
 * @param finished the final picture, in 8 bits
 * @returns null for a picture that is too small to measure
 */
export async function chooseQuality(
  finished: Sharp,
  format: AutoFormat,
  { effort, timeoutSeconds }: { effort: number | undefined; timeoutSeconds: number },
): Promise<FoundQuality | null> {
  const { data, info } = await finished.raw().toBuffer({ resolveWithObject: true });
  if (Math.min(info.width, info.height) < measurableSide) return null;
  const { width, height } = info;
  const sample = samplePicture({ data, width, height, channels: info.channels === 4 ? 4 : 3 });
  const compare = compareSample(sample);
  const score = async (quality: number): Promise<number> => {
    const encoded = await format
      .encode(fromPixels(sample), { quality, effort })
      .timeout({ seconds: timeoutSeconds })
      .toBuffer();
    const decoded = await sharp(encoded).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
    return compare({ ...sample, data: decoded.data, channels: decoded.info.channels === 4 ? 4 : 3 });
  };
  return search(score, format);
}

/**
 * Probes at most twice: at the usual quality of photos, then where the first score points. A straight line through both
 * gives the result.
 */
async function search(
  score: (quality: number) => Promise<number>,
  { floor, ceiling, usual, slope }: AutoFormat,
): Promise<FoundQuality> {
  const within = (quality: number) => Math.min(ceiling, Math.max(floor, quality));
  const first = await score(usual);
  const missing = targetScore - first;
  if (Math.abs(missing) <= near) return { quality: usual, reason: 'target' };
  const step = Math.max(1, Math.min(longestStep, Math.abs(missing) / slope));
  const next = within(Math.round(usual + Math.sign(missing) * step));
  const second = await score(next);
  const measured = Math.max(slope / 4, (second - first) / (next - usual));
  const wanted = Math.ceil(next + (targetScore - second) / measured);
  const reason = wanted < floor ? 'floor' : wanted > ceiling ? 'ceiling' : 'target';
  return { quality: within(wanted), reason };
}

function fromPixels({ data, width, height, channels }: BarePixels): Sharp {
  return sharp(data, { raw: { width, height, channels } });
}

/** Compares versions of a sample with it. With alpha, compares on both backgrounds and returns the lower score. */
function compareSample(sample: BarePixels): (version: BarePixels) => number {
  const behind = isTransparent(sample) ? backgrounds : [0];
  const compares = behind.map((grey) => ({ grey, compare: compareWith(flatten(sample, grey)) }));
  return (version) => Math.min(...compares.map(({ grey, compare }) => compare(flatten(version, grey))));
}

function isTransparent({ data, channels }: BarePixels): boolean {
  if (channels === 3) return false;
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return true;
  return false;
}

/** Composites the pixels onto grey. */
function flatten({ data, width, height, channels }: BarePixels, grey: number) {
  if (channels === 3) return { data, width, height };
  const flat = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const opacity = (data[pixel * 4 + 3] as number) / 255;
    for (let channel = 0; channel < 3; channel += 1)
      flat[pixel * 3 + channel] = grey + ((data[pixel * 4 + channel] as number) - grey) * opacity + 0.5;
  }
  return { data: flat, width, height };
}
