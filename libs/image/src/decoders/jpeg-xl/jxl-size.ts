import { DecoderRefusal } from '../sandbox/decoder-task.ts';
import { boxesIn } from '../containers/iso-boxes.ts';

interface Size {
  width: number;
  height: number;
}

/** Aspect ratios by index (ISO/IEC 18181-1, table D.1); 0 means that the width is explicit. */
const ratios = [0, 1, 12 / 10, 4 / 3, 3 / 2, 16 / 9, 5 / 4, 2];

/**
 * Reads the size at the start of a JPEG XL, before orientation (ISO/IEC 18181-1, D.2, SizeHeader), because the decoder
 * reads the whole first frame before it reports the size.
 */
export function readJxlSize(file: Buffer): Size {
  const codestream = startOfCodestream(file);
  if (codestream?.toString('hex', 0, 2) !== 'ff0a')
    throw new DecoderRefusal('media.damaged', 'the header is truncated');
  let at = 16;
  /** Least significant bit first. */
  const read = (bits: number): number => {
    let value = 0;
    for (let bit = 0; bit < bits; bit++, at++) {
      value += (((codestream[at >> 3] ?? 0) >> (at & 7)) & 1) * 2 ** bit;
    }
    return value;
  };
  const isSmall = read(1) === 1;
  const side = () => 1 + read([9, 13, 18, 30][read(2)] ?? 0);
  const smallSide = () => 8 * (1 + read(5));
  const height = isSmall ? smallSide() : side();
  const ratio = ratios[read(3)] ?? 0;
  const width = ratio > 0 ? Math.floor(height * ratio) : isSmall ? smallSide() : side();
  return { width, height };
}

/**
 * The codestream: bare, in one box, or the first of several parts, each with a four-byte index (ISO/IEC 18181-2, 9.7
 * and 9.8).
 */
function startOfCodestream(file: Buffer): Buffer | undefined {
  if (file[0] === 0xff) return file;
  const first = boxesIn(file).find(({ type }) => type === 'jxlc' || type === 'jxlp');
  return first?.type === 'jxlp' ? first.body.subarray(4) : first?.body;
}
