import type { Size } from '#media';
import { LandfallError } from '#runtime';
import { type ImageLimits, maxPixelsOf, type MemoryNeed } from '../../limits/image-limits.js';
import { renditionSize } from './rendition-size.js';
import type { FormattedSpec } from './rendition-spec.js';

/**
 * The share of the memory of one picture that encoding a rendition takes, so that those of a sum up to 1 may be encoded side
 * by side. Above 1 it does not fit even alone. 0 where no memory limit is set.
 */
export function shareOfMemory(source: Size, spec: FormattedSpec, limits: ImageLimits): number {
  const { width, height } = renditionSize(source, spec);
  return (width * height) / maxPixelsOf({ ...limits, maxPixels: Infinity }, needOf(spec));
}

/** @throws LandfallError media.too_many_pixels for one that would have a worker of so little memory killed */
export function refuseLarge(source: Size, spec: FormattedSpec, limits: ImageLimits): void {
  if (shareOfMemory(source, spec, limits) <= 1) return;
  const { width, height } = renditionSize(source, spec);
  const most = maxPixelsOf(limits, needOf(spec));
  throw new LandfallError(
    'media.too_many_pixels',
    `${width} × ${height} pixels as ${spec.format}; the limit is ${most} in total, by the memory of this worker`,
  );
}

function needOf({ format, quality }: FormattedSpec): MemoryNeed {
  if (format === 'avif') return 'encodingAvif';
  return quality === 'auto' ? 'choosing' : 'encoding';
}
