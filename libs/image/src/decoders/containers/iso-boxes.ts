/** A box of the ISO base media file format (ISO/IEC 14496-12, section 4.2), of which JPEG XL, JPEG 2000 and CR3 are made. */
export interface Box {
  type: string;
  /** What is there of its content. */
  body: Buffer;
  /** All of it is there. */
  whole: boolean;
}

/** More than any picture has side by side; each costs eight bytes of the file only. */
const mostBoxes = 10_000;

/** Yields the boxes of a file or of a box in order; stops at anything that is not a box. */
export function boxesIn(bytes: Buffer): Box[] {
  const boxes: Box[] = [];
  for (let at = 0; at + 8 <= bytes.length && boxes.length < mostBoxes;) {
    const short = bytes.readUInt32BE(at);
    if (short === 1 && at + 16 > bytes.length) break;
    const head = short === 1 ? 16 : 8;
    // A length of 0 goes to the end, one of 1 stands behind the type with 64 bits.
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
