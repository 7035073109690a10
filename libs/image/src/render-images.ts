import { isLandfallError, type LandfallError } from '#runtime';
import { decodeFor } from './decode-for.js';
import { encodeRendition, type RenderedImage } from './encode-rendition.js';
import { readImageHeader, type ImageLimits } from './image-header.js';
import type { ImageSource } from './image-source.js';
import { readCredits } from './keep-copyright.js';
import { formatOf } from './output-formats.js';
import { makePlaceholder, type Placeholder } from './placeholder.js';
import type { FormattedSpec, ImageRenditionSpec, RenderExtras } from './rendition-spec.js';
import { WorkTime } from './work-time.js';

/** Encodes that run side by side: three renditions then take as long as the largest. Node's fourth thread stays free. */
const encodesAtOnce = 3;

/**
 * Decodes `file` once, at the largest size that `specs` ask for, and makes every rendition from those pixels: upright,
 * sRGB, 8 bits, no metadata. Only a rendition that keeps Display P3 and one with all frames need a decode of their own. By
 * measurement a smaller rendition made from the base is as near to the original as one made from the file, down to a step
 * of 1.07 to 1.
 *
 * Renditions are handed over in the order of `specs`, each as soon as it is made; the next ones are encoded meanwhile.
 * One that cannot be made (its watermark is broken, it has too many frames) does not keep the others from being made: its
 * error is thrown after them. `limits.timeoutMs` bounds the image work, not what `onRendition` does. Fails with
 * media.unsupported, media.damaged, media.too_many_pixels, media.timed_out, media.encoder_failed,
 * rendition.watermark_unusable, the signal's reason, or what `onRendition` throws.
 */
export async function renderImages(
  file: ImageSource,
  specs: readonly ImageRenditionSpec[],
  limits: ImageLimits,
  signal: AbortSignal,
  onRendition: (image: RenderedImage) => Promise<void>,
  extras: RenderExtras = {},
): Promise<Placeholder> {
  signal.throwIfAborted();
  const time = new WorkTime(limits.timeoutMs, signal);
  const header = await time.wait(readImageHeader(file, limits));
  const wanted = specs.map((spec): FormattedSpec => {
    return { ...spec, format: formatOf(spec.format, extras.format ?? header.format) };
  });
  const { base, pixelsOf } = await decodeFor(wanted, file, header, limits, time);
  const keepsCredits = wanted.some((spec) => spec.keepCopyright);
  const credits = keepsCredits ? readCredits(header.metadata) : { artist: null, notice: null };

  const make = async (spec: FormattedSpec) => {
    const pixels = await pixelsOf(spec);
    const timeoutSeconds = time.leftSeconds;
    return encodeRendition(pixels, spec, { source: header, extras, credits, limits, timeoutSeconds });
  };
  const waiting = [...wanted];
  const running: Promise<RenderedImage>[] = [];
  const startNext = () => {
    const spec = waiting.shift();
    if (spec) running.push(startEarly(make(spec)));
  };
  // The first one is what somebody waits for: it has the cores to itself.
  startNext();
  let placeholder: Promise<Placeholder> | undefined;
  const failures: LandfallError[] = [];
  for (let next = running.shift(); next; next = running.shift()) {
    const image = await time.wait(next).catch((error: unknown) => keepFailure(error, failures));
    while (running.length < encodesAtOnce && waiting.length > 0) startNext();
    placeholder ??= startEarly(makePlaceholder(base, time.leftSeconds));
    if (image) await onRendition(image);
  }
  const [failure] = failures;
  if (failure) throw failure;
  return await time.wait(placeholder ?? makePlaceholder(base, time.leftSeconds));
}

/** Puts aside what only one rendition fails with; when the time is up, all of them fail. */
function keepFailure(error: unknown, failures: LandfallError[]): null {
  if (!isLandfallError(error) || error.retryable || error.code === 'media.timed_out') throw error;
  failures.push(error);
  return null;
}

/** Work that is awaited later: should it fail before that, the process must not take it for an unhandled rejection. */
function startEarly<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}
