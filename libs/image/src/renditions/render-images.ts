import type { ImageFingerprint, ImageSpec, Size } from '#media';
import { isLandfallError, type LandfallError } from '#runtime';
import { decodeFor } from './base/decode-for.js';
import { encodeRendition, type RenderedImage } from './encode-rendition.js';
import { type ImageLimits } from '../limits/image-limits.js';
import { readImageHeader } from '../input/image-header.js';
import type { ImageSource } from '../source/image-source.js';
import { readCredits } from './keep-copyright.js';
import { keepOriginal } from './original/keep-original.js';
import { formatOf, outputFormats } from './plan/output-formats.js';
import { makePlaceholder } from '../facts/placeholder/placeholder.js';
import { refuseLarge, shareOfMemory } from './plan/rendition-memory.js';
import { renditionSize } from './plan/rendition-size.js';
import type { FormattedSpec, RenderExtras } from './plan/rendition-spec.js';
import { startEarly, WorkTime } from '../limits/work-time.js';

/**
 * Maximum concurrent encodes, memory permitting: three renditions then take as long as the largest. One of the four
 * libuv threads stays free.
 */
const encodesAtOnce = 3;

/** A picture and the renditions to make from it. */
export interface RenderWork {
  readonly file: ImageSource;
  readonly specs: readonly ImageSpec[];
  readonly limits: ImageLimits;
  readonly signal: AbortSignal;
  /** Receives the renditions in the order of `specs`, each as soon as it is made. */
  readonly onRendition: (image: RenderedImage) => Promise<void>;
  readonly extras?: RenderExtras;
  /**
   * Called for a rendition that cannot be made (broken watermark, too many frames), which does not stop the others.
   * Without it, the error ends the call.
   */
  readonly onFailure?: (name: string, error: LandfallError) => Promise<void>;
}

/**
 * Decodes `file` once, at the largest size that `specs` need, and makes every rendition from those pixels: upright,
 * sRGB, 8 bits, no metadata. Only renditions that keep Display P3, HDR or all frames need a decode of their own. A
 * smaller rendition made from the base is as close to the original as one made from the file, down to a scale of 1.07
 * to 1 (measured).
 *
 * The next renditions are encoded while `onRendition` runs. `limits.timeoutMs` bounds only the image work, not the
 * callbacks. Fails with media.unsupported, media.damaged, media.too_many_pixels, media.timed_out, media.encoder_failed,
 * rendition.watermark_unusable, the signal's reason, or an error thrown by `onRendition` or `onFailure`.
 */
export async function renderImages(work: RenderWork): Promise<ImageFingerprint> {
  work.signal.throwIfAborted();
  atWork += 1;
  try {
    return await renderAll(work, atWork === 1);
  } finally {
    atWork -= 1;
  }
}

/** Pictures being rendered in this process. sharp's own counters look idle between two encodes and during storing. */
let atWork = 0;

async function renderAll(
  { file, specs, limits, signal, onRendition, extras = {}, onFailure = rethrow }: RenderWork,
  isIdle: boolean,
): Promise<ImageFingerprint> {
  const time = new WorkTime(limits.timeoutMs, signal);
  const header = await time.wait(readImageHeader(file, limits));
  const wanted = specs.map((spec): FormattedSpec => {
    return { ...spec, format: formatOf(spec.format, extras.format ?? header.format) };
  });
  const source = { file, header, limits };
  const fitting = wanted.filter((spec) => shareOfMemory(header, spec, limits) <= 1);
  const { base, pixelsOf } = decodeFor(fitting, source, time, isIdle);
  const keepsCredits = wanted.some((spec) => spec.keepCopyright);
  const credits = keepsCredits ? readCredits(header.metadata) : { artist: null, notice: null };
  const hasCredits = (credits.artist ?? credits.notice) !== null;

  const outcomes = wanted.map((spec) => outcomeOf(spec, header));
  const twins = new Map<string, Promise<RenderedImage>>();
  const makeOnce = (spec: FormattedSpec): Promise<RenderedImage> => {
    const outcome = outcomeOf(spec, header);
    const first = wanted[outcomes.indexOf(outcome)];
    // A rendition without a twin is not cached, so its memory is released once it is handed over.
    if (!first || outcomes.lastIndexOf(outcome) === wanted.indexOf(first)) return make(spec);
    const twin = twins.get(outcome) ?? make(first);
    twins.set(outcome, twin);
    return first === spec ? twin : twin.then((image) => ({ ...image, name: spec.name, sameAs: first.name }));
  };
  const make = async (spec: FormattedSpec): Promise<RenderedImage> => {
    refuseLarge(header, spec, limits);
    const pixels = await pixelsOf(spec);
    const timeoutSeconds = time.leftSeconds;
    const kept = await keepOriginal(spec, source, { base, hasCredits, timeoutSeconds });
    const { mimeType } = outputFormats[spec.format];
    const { width, height } = header;
    if (kept) return { name: spec.name, data: kept, mimeType, width, height, isKept: true, warnings: [] };
    return encodeRendition(pixels, spec, { source: header, extras, credits, limits, timeoutSeconds, signal });
  };
  const waiting = [...wanted];
  const running: { name: string; share: number; work: Promise<RenderedImage> }[] = [];
  const startNext = () => {
    const [spec] = waiting;
    if (!spec || running.length >= encodesAtOnce) return false;
    const share = shareOfMemory(header, spec, limits);
    const taken = running.reduce((sum, each) => sum + each.share, 0);
    if (running.length > 0 && taken + share > 1) return false;
    waiting.shift();
    running.push({ name: spec.name, share, work: startEarly(makeOnce(spec)) });
    return true;
  };
  // Users wait for the first rendition, so it runs alone.
  startNext();
  const drawPlaceholder = async () => makePlaceholder(await base, time.leftSeconds);
  let placeholder: Promise<ImageFingerprint> | undefined;
  for (let next = running.shift(); next; next = running.shift()) {
    const image = await time.wait(next.work).catch(toOwnFailure);
    while (startNext());
    placeholder ??= startEarly(drawPlaceholder());
    if ('data' in image) {
      await onRendition(image);
      continue;
    }
    // An undecodable file fails the whole call.
    await time.wait(base);
    await onFailure(next.name, image);
  }
  return await time.wait(placeholder ?? drawPlaceholder());
}

/** A key for specs that produce identical pictures, such as two widths larger than the source. */
function outcomeOf(spec: FormattedSpec, source: Size): string {
  const outcome = { ...spec, name: null, ...renditionSize(source, spec) };
  return JSON.stringify(Object.entries(outcome).toSorted());
}

/** Returns an error that concerns only one rendition; rethrows any other, such as a timeout, which fails them all. */
function toOwnFailure(error: unknown): LandfallError {
  if (isLandfallError(error) && !error.retryable && error.code !== 'media.timed_out') return error;
  throw error;
}

async function rethrow(_: string, error: LandfallError): Promise<void> {
  throw error;
}
