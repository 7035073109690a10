import type { Sharp } from 'sharp';
import type { Pixels } from '../base/pixels.js';
import { type Encoding, outputFormats } from '../plan/output-formats.js';
import type { FormattedSpec } from '../plan/rendition-spec.js';
import { autoFormatOf } from './auto-formats.js';
import { chooseQuality, type FoundQuality } from './choose-quality.js';

/** What `quality: auto` came to, and why: by the measure, or as fixed, because the measure does not know such pictures. */
export interface ChosenQuality {
  readonly quality: number;
  readonly reason: FoundQuality['reason'] | 'small' | 'animated' | 'hdr';
}

interface Picked {
  readonly encode: (image: Sharp, encoding: Encoding) => Sharp;
  readonly quality: number;
  readonly chosen?: ChosenQuality;
}

/** What a spec without quality has. */
const fixedQuality = 80;

/**
 * The encoder and the quality of a rendition. A number is what it is, and so is the default for a format without loss. Of moving
 * pictures every frame would have to be measured, and the measure is for pictures in 8 bits: these have the default too.
 * @param finished ready to be encoded; it is not changed
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
