/** Image types of Truevision TGA (version 2.0, field 3), and the bits per pixel that each allows. */
const depths: Readonly<Record<number, readonly number[]>> = {
  1: [8],
  2: [15, 16, 24, 32],
  3: [8],
  9: [8],
  10: [15, 16, 24, 32],
  11: [8],
};
/** Alpha bits (field 5.6) by bits per pixel. */
const alphaBits: Readonly<Record<number, readonly number[]>> = {
  8: [0, 8],
  15: [0, 1],
  16: [0, 1],
  24: [0],
  32: [0, 8],
};

/**
 * Whether a file is a Truevision TGA. The format has no leading signature, so every header field must have a value that
 * programs write: a colour map only for palette pixels, no screen position, no reserved bits.
 */
export function isTarga(start: Buffer): boolean {
  if (start.length < 18) return false;
  const [type, bits, flags] = [start.readUInt8(2), start.readUInt8(16), start.readUInt8(17)];
  if (!depths[type]?.includes(bits) || !alphaBits[bits]?.includes(flags & 15) || flags >= 64) return false;
  const [width, height] = [start.readUInt16LE(12), start.readUInt16LE(14)];
  const [x, y] = [start.readUInt16LE(8), start.readUInt16LE(10)];
  return width > 0 && height > 0 && x === 0 && (y === 0 || y === height) && hasFittingMap(start, type);
}

/** Whether the colour map fits the type: present for palette pixels, absent otherwise. */
function hasFittingMap(start: Buffer, type: number): boolean {
  const isMapped = start[1] === 1;
  const colors = start.readUInt16LE(5);
  if (start.readUInt16LE(3) !== 0) return false;
  if (type === 1 || type === 9)
    return isMapped && colors > 0 && colors <= 256 && [15, 16, 24, 32].includes(start.readUInt8(7));
  return start[1] === 0 && colors === 0 && start[7] === 0;
}
