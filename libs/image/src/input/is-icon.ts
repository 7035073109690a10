const mostPictures = 256;

/**
 * Whether a file is a Windows icon or cursor. Four magic bytes are weak evidence, so the directory is checked too: each
 * picture must come after it, have a length, and, if its start is within the given bytes, begin like a PNG or a bitmap.
 */
export function isIcon(start: Buffer): boolean {
  const magic = start.toString('hex', 0, 4);
  if (start.length < 22 || (magic !== '00000100' && magic !== '00000200')) return false;
  const count = start.readUInt16LE(4);
  const endsAt = 6 + count * 16;
  if (count < 1 || count > mostPictures || endsAt > start.length) return false;
  return Array.from({ length: count }, (_, index) => 6 + index * 16).every((at) => {
    const [sizeBytes, pictureAt] = [start.readUInt32LE(at + 8), start.readUInt32LE(at + 12)];
    // The fourth byte is reserved; .NET writes 255.
    if (![0, 255].includes(start[at + 3] ?? 1) || pictureAt < endsAt || sizeBytes < 40) return false;
    if (pictureAt + 4 > start.length) return true;
    const begins = start.readUInt32LE(pictureAt);
    return begins === 0x474e5089 || (begins >= 12 && begins <= 124);
  });
}
