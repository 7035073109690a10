import sharp from 'sharp';
import { isAnimated, openAnimation } from '../animation/animation.js';
import {
  decodeBaseImage,
  fromBaseImage,
  placeholderSide,
  type BaseImage,
  type DecodeSource,
} from './base-image.js';
import { decodeBright, fromBright, isBright } from './bright-pixels.js';
import { decodeInDisplayP3, isDisplayP3 } from './display-p3.js';
import type { Pixels } from './pixels.js';
import { inputOptions, type ImageHeader } from '../../input/image-header.js';
import type { Size } from '#media';
import { renditionScale, scaleSize } from '../plan/rendition-size.js';
import type { FormattedSpec } from '../plan/rendition-spec.js';
import { startEarly, type WorkTime } from '../../limits/work-time.js';

/** JPEG decodes faster at 1/2, 1/4 or 1/8 size: below this share of the base, a separate decode pays off. */
const smallShare = 0.5;

/**
 * Decodes the sources of the renditions: one sRGB base for all, one more each for those that keep Display P3 and HDR,
 * and all frames for each animated rendition.
 * @param isIdle no other picture is being rendered, so a core is free: the first rendition, which users wait for, then
 * gets its own small decode in parallel with that of the base
 */
export function decodeFor(
  specs: readonly FormattedSpec[],
  source: DecodeSource,
  time: WorkTime,
  isIdle: boolean,
): { base: Promise<BaseImage>; pixelsOf: (spec: FormattedSpec) => Promise<Pixels> } {
  const { file, header, limits } = source;
  const inP3 = isDisplayP3(header);
  const bright = isBright(header);
  const colours = (spec: FormattedSpec) => {
    if (spec.hdr === 'keep' && bright) return 'hdr';
    return spec.keepProfile && inP3 ? 'p3' : 'srgb';
  };
  const sizeFor = (wanted: 'hdr' | 'p3' | 'srgb') =>
    baseSize(
      header,
      specs.filter((spec) => !isAnimated(spec, header) && colours(spec) === wanted),
    );
  const decode = (size: Size) => decodeBaseImage(source, size, time.leftSeconds);
  const base = startEarly(decode(sizeFor('srgb')));
  const first = isIdle ? smallFirst(specs, header, sizeFor('srgb')) : null;
  const early = first && colours(first) === 'srgb' ? startEarly(decode(baseSize(header, [first]))) : null;

  let fromP3: Promise<Pixels> | undefined;
  const decodeP3 = async () => {
    const open = await decodeInDisplayP3(source, sizeFor('p3'), time.leftSeconds);
    return still(open, header.metadata.hasAlpha, (await base).warnings);
  };
  let fromHdr: Promise<Pixels> | undefined;
  const decodeHdr = async (): Promise<Pixels> => {
    const pixels = await decodeBright(file, sizeFor('hdr'), limits, time.leftSeconds);
    const kept = still(() => fromBright(pixels), pixels.channels === 4, []);
    return { ...kept, ...(header.colours?.codes ? { codes: header.colours.codes } : {}) };
  };
  const frames = (spec: FormattedSpec): Pixels => {
    const open = openAnimation(file, header, spec, limits);
    const keep = colours(spec) === 'p3';
    return {
      open: () => (keep ? open().keepIccProfile() : open()),
      openFirst: () => sharp(file, inputOptions(limits)),
      frames: header.metadata.pages ?? 1,
      hasAlpha: header.metadata.hasAlpha,
      warnings: [],
    };
  };
  const pixelsOf = async (spec: FormattedSpec) => {
    if (isAnimated(spec, header)) return frames(spec);
    if (colours(spec) === 'hdr') return await (fromHdr ??= decodeHdr());
    if (colours(spec) === 'p3') return await (fromP3 ??= decodeP3());
    const pixels = await (early && spec === first ? early : base);
    return still(() => fromBaseImage(pixels), pixels.channels === 4, pixels.warnings);
  };
  return { base, pixelsOf };
}

/**
 * The first rendition, if decoding at its own size is much less work than decoding the base. Progressive JPEGs are
 * excluded: they would be held in memory twice and save only the last decoding step.
 */
function smallFirst(specs: readonly FormattedSpec[], header: ImageHeader, base: Size): FormattedSpec | null {
  const [first] = specs;
  const { format, metadata } = header;
  if (!first || format !== 'jpeg' || metadata.isProgressive || isAnimated(first, header)) return null;
  return baseSize(header, [first]).width <= base.width * smallShare ? first : null;
}

function still(open: Pixels['open'], hasAlpha: boolean, warnings: Pixels['warnings']): Pixels {
  return { open, openFirst: open, frames: 1, hasAlpha, warnings };
}

/** The largest size needed by the renditions and the placeholder, never larger than the source. */
function baseSize(source: Size, specs: readonly FormattedSpec[]): Size {
  const forPlaceholder = Math.min(1, placeholderSide / Math.max(source.width, source.height));
  const scales = specs.map((spec) => Math.min(1, renditionScale(source, spec)));
  return scaleSize(source, Math.max(forPlaceholder, ...scales));
}
