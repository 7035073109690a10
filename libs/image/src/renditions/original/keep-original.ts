import { isDeepStrictEqual } from 'node:util';
import { isLandfallError } from '#runtime';
import { toImageError } from '../../input/image-errors.js';
import { type ImageHeader, readImageHeader } from '../../input/image-header.js';
import { isAnimated, openAnimation } from '../animation/animation.js';
import { type BaseImage, decodeBaseImage, type DecodeSource } from '../base/base-image.js';
import { isDisplayP3 } from '../base/display-p3.js';
import type { OutputFormat } from '../plan/output-formats.js';
import { renditionSize } from '../plan/rendition-size.js';
import type { FormattedSpec } from '../plan/rendition-spec.js';
import { stripGif } from './strip-gif.js';
import { stripJpeg } from './strip-jpeg.js';
import { stripPng } from './strip-png.js';
import { stripWebp } from './strip-webp.js';

/** Strippers by format. AVIF has none, because its metadata lies among the pixels and is addressed by file offsets. */
const strip: Readonly<Partial<Record<OutputFormat, (file: Buffer) => Buffer | null>>> = {
  jpeg: stripJpeg,
  png: stripPng,
  webp: stripWebp,
  gif: stripGif,
};

/** Columns and rows of each animation frame that are compared. */
const comparedSide = 64;

/** Other facts about the picture. */
interface Known {
  /** The pixels from which renditions are made. */
  readonly base: Promise<BaseImage>;
  readonly hasCredits: boolean;
  readonly timeoutSeconds: number;
}

/**
 * Returns the upload's own bytes as a rendition if they already match `spec`, stripped of metadata, profile and
 * trailing data. The stripped file is decoded and kept only if every pixel equals what would have been encoded, which
 * rules out damaged and rotated files and colours other than sRGB. Fails with media.timed_out.
 * @returns null if the picture must be encoded; always for a file on disk, which is large or was converted
 */
export async function keepOriginal(
  spec: FormattedSpec,
  source: DecodeSource,
  known: Known,
): Promise<Buffer | null> {
  const { file, header } = source;
  if (typeof file === 'string' || !fits(spec, header, known)) return null;
  const data = strip[spec.format]?.(file);
  return data && (await looksTheSame(data, spec, source, known)) ? data : null;
}

/** Whether `spec` asks for no change that a comparison of the sRGB pixels would miss. */
function fits(spec: FormattedSpec, header: ImageHeader, { hasCredits }: Known): boolean {
  const { metadata, width, height } = header;
  const { depth, space, pages = 1, hasAlpha } = metadata;
  return (
    spec.keepOriginal === true &&
    spec.format === header.format &&
    isDeepStrictEqual(renditionSize(header, spec), { width, height }) &&
    depth === 'uchar' &&
    (space === 'srgb' || space === 'b-w') &&
    (pages === 1 || isAnimated(spec, header)) &&
    !(spec.background !== undefined && hasAlpha) &&
    !(spec.keepProfile && isDisplayP3(header)) &&
    !(spec.keepCopyright && hasCredits)
  );
}

async function looksTheSame(
  data: Buffer,
  spec: FormattedSpec,
  source: DecodeSource,
  { base, timeoutSeconds }: Known,
): Promise<boolean> {
  const { header, limits } = source;
  try {
    const stripped = { file: data, header: await readImageHeader(data, limits), limits };
    if (isAnimated(spec, header)) {
      const frames = await showFrames(source, spec, timeoutSeconds);
      return isDeepStrictEqual(frames, await showFrames(stripped, spec, timeoutSeconds));
    }
    const wanted = await base;
    const shown = await decodeBaseImage(stripped, wanted, timeoutSeconds);
    return wanted.warnings.length === 0 && isDeepStrictEqual(shown, wanted);
  } catch (thrown) {
    if (isLandfallError(thrown, 'media.damaged') || isLandfallError(thrown, 'media.unsupported'))
      return false;
    throw thrown;
  }
}

/** Samples of all frames, with the animation's delays and loop count. */
async function showFrames({ file, header, limits }: DecodeSource, spec: FormattedSpec, seconds: number) {
  const { pages, delay, loop } = header.metadata;
  const [width, height] = [header.width, header.height].map((side) => Math.min(side, comparedSide));
  const pixels = await openAnimation(file, header, spec, limits)()
    .resize(width, height, { fit: 'fill', kernel: 'nearest' })
    .timeout({ seconds })
    .raw()
    .toBuffer()
    .catch((thrown: unknown) => {
      throw toImageError(thrown, 'media.damaged');
    });
  return { pages, delay, loop, pixels };
}
