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
  /** Size in pixels. */
  width: number;
  height: number;
  /** Name of an earlier rendition with identical bytes, if any. */
  sameAs?: string;
  /** The quality chosen for `quality: auto`, if the format is lossy. */
  chosen?: ChosenQuality;
  /** Whether it is the upload's own file without its metadata. */
  isKept?: boolean;
  /** Defects of the rendition. */
  warnings: readonly WarningCode[];
}

export interface Encoding {
  /** Size of the upload, upright. */
  readonly source: Size;
  readonly extras: RenderExtras;
  readonly credits: Credits;
  readonly limits: ImageLimits;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

/**
 * Makes one rendition from pixels that are already in their final colour space. Fails with media.encoder_failed,
 * media.timed_out, media.too_many_pixels, rendition.watermark_unusable or the signal's reason.
 */
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
      // Compositing adds an alpha channel, which costs bytes if the picture is fully opaque.
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

/** The colour behind transparent parts and around the picture, and whether the whole picture is flattened onto it. */
function backgroundOf({ background, format }: FormattedSpec) {
  if (!outputFormats[format].alpha) return { color: background?.slice(0, 7) ?? '#ffffff', isOpaque: true };
  if (background === undefined) return { color: { r: 0, g: 0, b: 0, alpha: 0 }, isOpaque: false };
  return { color: background, isOpaque: background.length === 7 || background.endsWith('ff') };
}
