import type { Sharp } from 'sharp';
import type { Pixels } from '../base/pixels.js';
import { type Encoding, outputFormats } from '../plan/output-formats.js';
import type { FormattedSpec } from '../plan/rendition-spec.js';
import { autoFormatOf } from './auto-formats.js';
import { chooseQuality, type FoundQuality } from './choose-quality.js';

/** The result of `quality: auto` and its reason: measured, or the fixed quality for pictures that cannot be measured. */
export interface ChosenQuality {
  readonly quality: number;
  readonly reason: FoundQuality['reason'] | 'small' | 'animated' | 'hdr';
}

interface Picked {
  readonly encode: (image: Sharp, encoding: Encoding) => Sharp;
  readonly quality: number;
  readonly chosen?: ChosenQuality;
}

/** The quality used where `auto` cannot measure; also the default of a spec. */
const fixedQuality = 80;

/**
 * Picks the encoder and the quality of a rendition. A numeric quality is used as it is. Lossless formats use the
 * default, and so do animations, where every frame would have to be measured, and HDR, because the metric needs 8-bit
 * pictures.
 * @param finished ready to be encoded; not modified
 */
export async function pickQuality(
  finished: Sharp,
  { format, quality, effort }: FormattedSpec,
  { frames, codes }: Pick<Pixels, 'frames' | 'codes'>,
  timeoutSeconds: number,
): Promise<Picked> {
  const { encode } = outputFormats[format];
  if (quality !== 'auto') return { encode, quality };
  const auto = autoFormatOf(format);
  if (!auto) return { encode, quality: fixedQuality };
  const asFixed = (reason: ChosenQuality['reason']): Picked => {
    return { encode, quality: fixedQuality, chosen: { quality: fixedQuality, reason } };
  };
  if (codes) return asFixed('hdr');
  if (frames > 1) return asFixed('animated');
  const found = await chooseQuality(finished.clone(), auto, { effort, timeoutSeconds });
  return found ? { encode: auto.encode, quality: found.quality, chosen: found } : asFixed('small');
}
