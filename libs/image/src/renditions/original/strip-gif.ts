/** First bytes of blocks, and labels of extensions (GIF89a, appendix A). */
const blocks = { extension: 0x21, image: 0x2c, trailer: 0x3b };
const extensions = { graphicControl: 0xf9, application: 0xff, text: 0x01 };
const hasColorTable = 0x80;

/** The loop count extension that browsers read. */
const loopCount = Buffer.from('21ff0b4e45545343415045322e300301', 'hex');

/**
 * Strips a GIF to its frames, their delays and the loop count.
 * @returns null if it has a text extension, which is part of the picture, or no trailer
 */
export function stripGif(file: Buffer): Buffer | null {
  const start = 13 + colorTableBytes(file[10]);
  const parts: Buffer[] = [file.subarray(0, start)];
  for (let at = start; at < file.length;) {
    if (file[at] === blocks.trailer) return Buffer.concat([...parts, file.subarray(at, at + 1)]);
    const isImage = file[at] === blocks.image;
    const label = file[at + 1];
    if ((!isImage && file[at] !== blocks.extension) || label === extensions.text) return null;
    // Position, size, colour table and code size.
    const data = isImage ? at + 10 + colorTableBytes(file[at + 9]) + 1 : at + 2;
    const end = endOfSubBlocks(file, data);
    if (isImage || label === extensions.graphicControl) parts.push(file.subarray(at, end));
    else if (file.subarray(at, at + loopCount.length).equals(loopCount))
      parts.push(Buffer.concat([file.subarray(at, at + loopCount.length + 2), Buffer.alloc(1)]));
    at = end;
  }
  return null;
}

function colorTableBytes(flags = 0): number {
  return flags & hasColorTable ? 3 * 2 ** ((flags & 7) + 1) : 0;
}

/** Sub-blocks start with their length; an empty one ends the list. */
function endOfSubBlocks(file: Buffer, start: number): number {
  let at = start;
  while ((file[at] ?? 0) > 0) at += 1 + (file[at] ?? 0);
  return at + 1;
}
