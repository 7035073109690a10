import type { RenditionPlan } from '#pipelines';
import { costs, megapixelsOfHeight } from './costs.js';
import { formatCosts } from './work-of-pipelines.js';

type Spec = RenditionPlan['renditions'][number]['spec'];

/** Assumed facts of a photo or video that has none. */
const usual = { width: 4_000, height: 3_000, durationMs: 60_000 };

/**
 * CPU time in core-seconds to make these renditions of one upload, from the measured costs and the facts of the upload. Audio
 * and waveforms cost little, were not measured, and count as 0.
 */
export function remakeSeconds(specs: readonly Spec[], facts: object): number {
  const numberOf = (name: keyof typeof usual) => {
    const value: unknown = name in facts ? (facts as Record<string, unknown>)[name] : undefined;
    return typeof value === 'number' && value > 0 ? value : usual[name];
  };
  const [width, height] = [numberOf('width'), numberOf('height')];
  const megapixels = (width * height) / 1e6;
  let [imageMs, stillSeconds, rungMegapixels] = [0, 0, 0];
  for (const spec of specs) {
    if (spec.kind === 'image') {
      const scale = Math.min(1, (spec.width ?? width) / width, (spec.height ?? height) / height);
      imageMs += formatCosts[spec.format].value * megapixels * scale ** 2;
    } else if (spec.kind === 'loop') imageMs += costs.webpMegapixel.value * megapixels;
    else if (spec.kind === 'hls' || spec.kind === 'mp4') {
      const heights = spec.kind === 'hls' ? spec.heights : [spec.height];
      rungMegapixels += heights
        .filter((each) => each <= Math.max(Math.min(width, height), Math.min(...heights)))
        .reduce((sum, each) => sum + megapixelsOfHeight(each), 0);
    } else if (spec.kind === 'poster' || spec.kind === 'preview' || spec.kind === 'storyboard')
      stillSeconds += costs.stillVideo.value;
  }
  if (imageMs > 0) imageMs += costs.imageBase.value + costs.imageMegapixel.value * megapixels;
  const minutes = numberOf('durationMs') / 60_000;
  const videoSeconds =
    rungMegapixels > 0
      ? (costs.videoBase.value + costs.videoRungMegapixel.value * rungMegapixels) * minutes
      : 0;
  return imageMs / 1_000 + stillSeconds + videoSeconds;
}
