import type { Size } from '#media';
import { LandfallError } from '#runtime';
import { type ImageLimits, maxPixelsOf, type MemoryNeed } from '../../limits/image-limits.js';
import { renditionSize } from './rendition-size.js';
import type { FormattedSpec } from './rendition-spec.js';

/**
 * The share of one picture's memory limit that encoding a rendition needs; renditions whose shares sum up to at most 1
 * may be encoded concurrently. Above 1 it does not fit even alone; 0 if no memory limit is set.
 */
export function shareOfMemory(source: Size, spec: FormattedSpec, limits: ImageLimits): number {
  const { width, height } = renditionSize(source, spec);
  return (width * height) / maxPixelsOf({ ...limits, maxPixels: Infinity }, needOf(spec));
}

/** @throws LandfallError media.too_many_pixels for a rendition that exceeds the memory limit */
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
