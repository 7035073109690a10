/** What blocks begin with, and extensions behind that (GIF89a, appendix A). */
const blocks = { extension: 0x21, image: 0x2c, trailer: 0x3b };
const extensions = { graphicControl: 0xf9, application: 0xff, text: 0x01 };
const hasColorTable = 0x80;

/** How often an animation repeats, as browsers read it. */
const loopCount = Buffer.from('21ff0b4e45545343415045322e300301', 'hex');

/**
 * A GIF with nothing but its frames, their times, and how often they repeat.
 * @returns null for one with a text extension, which is part of the picture, and for one without an end
 */
export function stripGif(file: Buffer): Buffer | null {
  const start = 13 + colorTableBytes(file[10]);
  const parts: Buffer[] = [file.subarray(0, start)];
  for (let at = start; at < file.length;) {
    if (file[at] === blocks.trailer) return Buffer.concat([...parts, file.subarray(at, at + 1)]);
    const isImage = file[at] === blocks.image;
    const label = file[at + 1];
    if ((!isImage && file[at] !== blocks.extension) || label === extensions.text) return null;
    // Place, size and colours, and the size of the codes.
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

/** Sub-blocks, each with its length in front, end with an empty one. */
function endOfSubBlocks(file: Buffer, start: number): number {
  let at = start;
  while ((file[at] ?? 0) > 0) at += 1 + (file[at] ?? 0);
  return at + 1;
}
