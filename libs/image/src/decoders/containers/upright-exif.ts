const orientation = 0x0112;

/**
 * Sets the orientation in an EXIF block to upright, because the decoder has already rotated the picture.
 * @param block starting at its TIFF header
 * @returns a copy; undefined if the block is not readable
 */
export function uprightExif(block: Uint8Array | undefined): Uint8Array | undefined {
  if (!block || block.length < 14) return undefined;
  const copy = Buffer.from(block);
  const order = copy.toString('latin1', 0, 2);
  if (order !== 'II' && order !== 'MM') return undefined;
  const read16 = (at: number) => (order === 'II' ? copy.readUInt16LE(at) : copy.readUInt16BE(at));
  const read32 = (at: number) => (order === 'II' ? copy.readUInt32LE(at) : copy.readUInt32BE(at));
  const start = read32(4);
  if (start + 2 > copy.length) return undefined;
  for (let entry = 0; entry < read16(start); entry++) {
    const at = start + 2 + entry * 12;
    if (at + 12 > copy.length) return undefined;
    if (read16(at) !== orientation) continue;
    if (order === 'II') copy.writeUInt16LE(1, at + 8);
    else copy.writeUInt16BE(1, at + 8);
  }
  return copy;
}
