/** A box of the ISO base media file format (ISO/IEC 14496-12, section 4.2), also used by JPEG XL, JPEG 2000 and CR3. */
export interface Box {
  type: string;
  /** The content, possibly truncated. */
  body: Buffer;
  /** Whether the content is complete. */
  whole: boolean;
}

/** More boxes than any picture has at one level; each needs only eight bytes of the file. */
const mostBoxes = 10_000;

/** Returns the boxes of a file or of a box in order; stops at anything that is not a box. */
export function boxesIn(bytes: Buffer): Box[] {
  const boxes: Box[] = [];
  for (let at = 0; at + 8 <= bytes.length && boxes.length < mostBoxes;) {
    const short = bytes.readUInt32BE(at);
    if (short === 1 && at + 16 > bytes.length) break;
    const head = short === 1 ? 16 : 8;
    // Size 0 means up to the end; size 1 means that a 64-bit size follows the type.
    const size =
      short === 0 ? bytes.length - at : short === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : short;
    if (size < head) break;
    boxes.push({
      type: bytes.toString('latin1', at + 4, at + 8),
      body: bytes.subarray(at + head, at + size),
      whole: at + size <= bytes.length,
    });
    at += size;
  }
  return boxes;
}
