import type { Size } from '#media';
import type { WarningCode } from '#runtime';
import { tagAvif } from '../colours/tag-avif.js';
import type { Pixels } from './base/pixels.js';
import { applyFraming, findParts, frameOf } from './crop.js';
import { toImageError } from '../input/image-errors.js';
import type { ImageLimits } from '../limits/image-limits.js';
import { writeCredits, type Credits } from './keep-copyright.js';
import { encodeBright, outputFormats } from './plan/output-formats.js';
import { type ChosenQuality, pickQuality } from './quality/pick-quality.js';
import { renditionSize } from './plan/rendition-size.js';
import type { FormattedSpec, RenderExtras } from './plan/rendition-spec.js';
import { applyWatermark, makeWatermark } from './watermark/watermark.js';

export interface RenderedImage {
  name: string;
  data: Buffer;
  mimeType: string;
  /** Pixels. */
  width: number;
  height: number;
  /** The rendition before it that has the very same bytes, if any. */
  sameAs?: string;
  /** Of `quality: auto`, what it came to, where the format has loss. */
  chosen?: ChosenQuality;
  /** It is the upload's own file, without its metadata. */
  isKept?: boolean;
  /** What of it is not as it should be. */
  warnings: readonly WarningCode[];
}

export interface Encoding {
  /** Of the upload, upright. */
  readonly source: Size;
  readonly extras: RenderExtras;
  readonly credits: Credits;
  readonly limits: ImageLimits;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

/** Makes one rendition from pixels that are in their colours already. Fails with media.encoder_failed and rendition.… */
export async function encodeRendition(
  pixels: Pixels,
  spec: FormattedSpec,
  { source, extras, credits, limits, timeoutSeconds, signal }: Encoding,
): Promise<RenderedImage> {
  const { mimeType } = outputFormats[spec.format];
  const { color, isOpaque } = backgroundOf(spec);
  const size = renditionSize(source, spec);
  try {
    const framing = await findParts(frameOf(source, spec, extras.focus ?? null), {
      crop: pixels.frames > 1,
      open: pixels.openFirst,
      timeoutSeconds,
    });
    const image = pixels.open().timeout({ seconds: timeoutSeconds });
    if (isOpaque) image.flatten({ background: color });
    applyFraming(image, framing, color);
    if (spec.sharpen) image.sharpen({ sigma: spec.sharpen });
    const warnings = [...pixels.warnings];
    if (spec.watermark) {
      const { watermarks } = extras;
      const surroundings = { size, watermarks, limits, timeoutSeconds, signal };
      const mark = await makeWatermark(spec.watermark, surroundings);
      warnings.push(...mark.warnings);
      await applyWatermark(image, mark, size, pixels.frames);
      // A picture that a mark is laid over gets alpha from sharp, which costs bytes where all of it is opaque.
      if (isOpaque || (!pixels.hasAlpha && !framing.frame)) image.removeAlpha();
    }
    if (spec.keepCopyright) writeCredits(image, credits);
    const { encode, quality, chosen } = await pickQuality(image, spec, pixels, timeoutSeconds);
    const encoding = { quality, effort: spec.effort };
    const encoded = pixels.codes ? encodeBright(image, encoding) : encode(image, encoding);
    const { data: plain, info } = await encoded.toBuffer({ resolveWithObject: true });
    const data = pixels.codes ? tagAvif(plain, pixels.codes) : plain;
    const { width, pageHeight, height } = info;
    return {
      name: spec.name,
      data,
      mimeType,
      width,
      height: pageHeight ?? height,
      ...(chosen ? { chosen } : {}),
      warnings,
    };
  } catch (thrown) {
    throw toImageError(thrown, 'media.encoder_failed');
  }
}

/** What is behind transparent parts and round the picture, and whether it is laid under the whole picture. */
function backgroundOf({ background, format }: FormattedSpec) {
  if (!outputFormats[format].alpha) return { color: background?.slice(0, 7) ?? '#ffffff', isOpaque: true };
  if (background === undefined) return { color: { r: 0, g: 0, b: 0, alpha: 0 }, isOpaque: false };
  return { color: background, isOpaque: background.length === 7 || background.endsWith('ff') };
}
