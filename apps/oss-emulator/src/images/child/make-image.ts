import type { Sharp } from 'sharp';
import { applyStep, toPixels, type Picture } from './apply-step.ts';
import { ImageFailure } from './image-failure.ts';
import type { ImageRequest, ImageTask, MadeImage, WrittenFormat } from './image-task.ts';
import { estimateJpegQuality } from './jpeg-quality.ts';
import { decode, openSource, type OpenSource } from './open-source.ts';

/** The quality that OSS uses if none is given (assumed). */
const defaultQuality = 75;

/**
 * Processes an image and writes the result to `output`.
 * @throws ImageFailure
 */
export async function makeImage(
  image: ImageTask['source'],
  request: ImageRequest,
  output: string,
): Promise<MadeImage> {
  const { format } = image;
  const source = await openSource(image);
  const written = request.writing.format ?? format;
  const animated = staysAnimated(source, request, written === format);
  try {
    const picture = await applyAll(source, request, animated);
    const encoded = encode(picture.image, written, writingOf(source, request, written));
    const { size } = await encoded.toFile(output);
    return { format: written, sizeBytes: size };
  } catch (cause) {
    if (cause instanceof ImageFailure) throw cause;
    throw new ImageFailure('sourceIsDamaged', { cause });
  }
}

/** OSS keeps an animation only when it crops, or resizes other than by percentage. */
function staysAnimated({ frameCount }: OpenSource, request: ImageRequest, sameFormat: boolean): boolean {
  if (frameCount === 1 || !sameFormat || request.autoOrient || request.writing.quality) return false;
  return request.steps.every(
    (step) => step.action === 'crop' || (step.action === 'resize' && step.percent === undefined),
  );
}

async function applyAll(source: OpenSource, request: ImageRequest, animated: boolean): Promise<Picture> {
  const opened = decode(source.bytes, animated);
  const { size } = source;
  let picture: Picture = { image: opened, size };
  let touched = false;
  if (request.autoOrient && (source.metadata.orientation ?? 1) > 1)
    picture = await toPixels(opened.autoOrient());
  for (const step of request.steps) {
    if (touched) picture = await toPixels(picture.image, animated ? picture.size.height : undefined);
    // OSS does not enlarge animations.
    const allowed = animated && step.action === 'resize' ? { ...step, mayEnlarge: false } : step;
    const changed = await applyStep(allowed, picture);
    touched = changed !== undefined;
    picture = changed ?? picture;
  }
  return picture;
}

interface Encoding {
  readonly quality: number;
  readonly progressive: boolean;
  /** EXIF orientation. */
  readonly orientation: number;
  readonly animation: { delay?: number[]; loop?: number };
}

function writingOf(
  { bytes, metadata }: OpenSource,
  { writing, autoOrient }: ImageRequest,
  format: WrittenFormat,
): Encoding {
  const { delay, loop, orientation = 1 } = metadata;
  return {
    quality: qualityOf(metadata.format === 'jpeg' ? estimateJpegQuality(bytes) : undefined, writing.quality),
    progressive: writing.interlace ?? false,
    orientation: autoOrient ? 1 : orientation,
    animation:
      format === 'gif' || format === 'webp'
        ? { ...(delay && { delay }), ...(loop !== undefined && { loop }) }
        : {},
  };
}

/** Q is an absolute quality, capped at that of the source; q is a percentage of the source's quality. */
function qualityOf(ofSource: number | undefined, wanted: ImageRequest['writing']['quality']): number {
  if (!wanted) return defaultQuality;
  const { percent, isRelative } = wanted;
  if (ofSource === undefined) return percent;
  return isRelative ? Math.max(1, Math.round((ofSource * percent) / 100)) : Math.min(percent, ofSource);
}

function encode(image: Sharp, format: WrittenFormat, writing: Encoding): Sharp {
  const { quality, progressive, orientation, animation } = writing;
  // A picture that was not rotated upright keeps its orientation tag.
  const marked = orientation > 1 ? image.withMetadata({ orientation }) : image;
  switch (format) {
    case 'jpg':
      return marked.flatten({ background: '#ffffff' }).jpeg({ quality, progressive });
    case 'png':
      return marked.png();
    case 'webp':
      return marked.webp({ quality, ...animation });
    case 'gif':
      return marked.gif(animation);
    case 'tiff':
      return marked.tiff({ compression: 'lzw' });
  }
}
