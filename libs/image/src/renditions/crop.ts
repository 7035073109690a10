import type { Size } from '#media';
import sharp, { type Sharp } from 'sharp';
import { covers, pads, renditionScale, renditionSize, scaleSize } from './plan/rendition-size.js';
import type { FocalPoint, FormattedSpec } from './plan/rendition-spec.js';

export interface Box extends Size {
  readonly left: number;
  readonly top: number;
}

/** A part of a picture: a box, or the strategy for finding one. */
type Part = Box | (Size & { readonly strategy: 'attention' | 'entropy' });

/** The steps from the base to the rendition: cut, scale, crop, pad. Unset steps are skipped. */
export interface Framing {
  /** The part of the base to cut out before scaling. */
  readonly cut?: Part;
  readonly scaled: Size;
  /** The part of the scaled picture to keep. */
  readonly crop?: Part;
  /** The frame in which the picture is centred. */
  readonly frame?: Size;
}

/**
 * Plans the framing of a rendition. When enlarging, the base is cut before it is scaled, because the discarded part
 * could be thousands of times larger than the rest.
 */
export function frameOf(source: Size, spec: FormattedSpec, focus: FocalPoint | null): Framing {
  const scale = renditionScale(source, spec);
  const size = renditionSize(source, spec);
  const picture = scaleSize(source, scale);
  if (pads(spec)) return { scaled: picture, frame: size };
  if (!covers(spec) || isSame(size, picture)) return { scaled: size };
  const part = (whole: Size, { width, height }: Size): Part => {
    if (spec.position === 'attention' || spec.position === 'entropy')
      return { width, height, strategy: spec.position };
    return boxAround((spec.position === 'focal' && focus) || { x: 0.5, y: 0.5 }, whole, { width, height });
  };
  if (scale <= 1) return { scaled: picture, crop: part(picture, size) };
  const kept = scaleSize(size, 1 / scale);
  const width = Math.min(source.width, kept.width);
  const height = Math.min(source.height, kept.height);
  return { cut: part(source, { width, height }), scaled: size };
}

/** The box of the given size centred as close to the point as the edges allow. */
export function boxAround({ x, y }: FocalPoint, whole: Size, { width, height }: Size): Box {
  return {
    left: Math.max(0, Math.min(whole.width - width, Math.round(whole.width * x - width / 2))),
    top: Math.max(0, Math.min(whole.height - height, Math.round(whole.height * y - height / 2))),
    width,
    height,
  };
}

/** Applies a framing to a picture. The size to which sharp scales when it crops by strategy equals `framing.scaled`. */
export function applyFraming(image: Sharp, framing: Framing, background: string | RgbaColor): Sharp {
  const { cut, scaled, crop, frame } = framing;
  if (cut && 'left' in cut) image.extract(cut);
  if (crop && 'strategy' in crop) return image.resize({ ...sizeOf(crop), ...byStrategy(crop) });
  image.resize(scaled.width, scaled.height, { fit: 'fill' });
  if (crop) image.extract(crop);
  if (frame && !isSame(frame, scaled)) {
    const left = Math.floor((frame.width - scaled.width) / 2);
    const top = Math.floor((frame.height - scaled.height) / 2);
    const right = frame.width - scaled.width - left;
    image.extend({ left, right, top, bottom: frame.height - scaled.height - top, background });
  }
  return image;
}

export interface RgbaColor {
  r: number;
  g: number;
  b: number;
  alpha: number;
}

/**
 * Resolves strategies to boxes where sharp cannot apply them in the same pipeline: for the cut, and, if `crop` is set,
 * for the crop of an animation, which is determined by its first frame.
 */
export async function findParts(
  framing: Framing,
  { crop, open, timeoutSeconds }: { crop: boolean; open: () => Sharp; timeoutSeconds: number },
): Promise<Framing> {
  const find = async (part: Part & { strategy: 'attention' | 'entropy' }): Promise<Box> => {
    const image = open().resize({ ...sizeOf(part), ...byStrategy(part) });
    const { info } = await image
      .timeout({ seconds: timeoutSeconds })
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { ...sizeOf(part), left: -(info.cropOffsetLeft ?? 0), top: -(info.cropOffsetTop ?? 0) };
  };
  return {
    ...framing,
    ...(framing.cut && 'strategy' in framing.cut ? { cut: await find(framing.cut) } : {}),
    ...(crop && framing.crop && 'strategy' in framing.crop ? { crop: await find(framing.crop) } : {}),
  };
}

const byStrategy = ({ strategy }: { strategy: 'attention' | 'entropy' }) => ({
  fit: 'cover' as const,
  position: sharp.strategy[strategy],
});
const sizeOf = ({ width, height }: Size): Size => ({ width, height });
const isSame = (one: Size, other: Size) => one.width === other.width && one.height === other.height;
