import { DecoderRefusal } from '../sandbox/decoder-task.ts';

/** Escape codes after a zero count. */
const endOfRow = 0;
const endOfPicture = 1;
const jump = 2;

/**
 * Decodes RLE8 or RLE4 bitmap data to palette indexes; pixels that no run covers stay 0. Fails with media.damaged if
 * the data ends before the end-of-bitmap code.
 */
export function drawRuns(
  code: Uint8Array,
  { width, height, bits }: { width: number; height: number; bits: number },
): Uint8Array {
  const indexes = new Uint8Array(width * height);
  let at = 0;
  const next = () => {
    const byte = code[at++];
    if (byte === undefined) throw new DecoderRefusal('media.damaged', 'the file is truncated');
    return byte;
  };
  let x = 0;
  let y = 0;
  const draw = (index: number) => {
    if (x < width && y < height) indexes[(height - 1 - y) * width + x] = index;
    x++;
  };
  const half = (byte: number, odd: boolean) => (bits === 8 ? byte : odd ? byte & 15 : byte >> 4);
  for (;;) {
    const count = next();
    const value = next();
    if (count > 0) for (let i = 0; i < count; i++) draw(half(value, i % 2 === 1));
    else if (value === endOfPicture) return indexes;
    else if (value === endOfRow) [x, y] = [0, y + 1];
    else if (value === jump) [x, y] = [x + next(), y + next()];
    else {
      const size = Math.ceil((value * bits) / 8);
      let byte = 0;
      for (let i = 0; i < value; i++) {
        if (bits === 8 || i % 2 === 0) byte = next();
        draw(half(byte, i % 2 === 1));
      }
      // Literal pixels are padded to 16-bit words.
      if (size % 2 === 1) next();
    }
  }
}
