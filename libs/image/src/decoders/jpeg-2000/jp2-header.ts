import { DecoderRefusal } from '../sandbox/decoder-task.ts';
import { boxesIn, type Box } from '../containers/iso-boxes.ts';

/** Facts from the header of a JPEG 2000. */
export interface Jp2Header {
  width: number;
  height: number;
  /** 1 for grey, 3 for RGB; an alpha channel comes in addition. */
  colors: 1 | 3;
  hasAlpha: boolean;
  /** RGB ICC profile. */
  icc?: Buffer | undefined;
}

/** Markers of the codestream (ISO/IEC 15444-1, table A.2). */
const markers = { start: 0xff4f, size: 0xff51, tilePart: 0xff90, end: 0xffd9 };
/** Enumerated colour spaces (ISO/IEC 15444-1, table I.10). */
const colorSpaces = { srgb: 16, grey: 17, sycc: 18 };

/**
 * Reads the boxes of a JP2 (ISO/IEC 15444-1, Annex I) and the header of its codestream (Annex A). Follows the
 * tile-parts to the end, because the decoder silently accepts a truncated picture.
 */
export function readJp2Header(file: Buffer): Jp2Header {
  const boxes = file.readUInt16BE(0) === markers.start ? [] : boxesIn(file);
  const codestream = boxes.length === 0 ? file : boxes.find(({ type }) => type === 'jp2c')?.body;
  if (!codestream) throw ended();
  const size = readSize(codestream);
  followTileParts(codestream);
  const inHeader = boxesIn(boxes.find(({ type }) => type === 'jp2h')?.body ?? Buffer.alloc(0));
  const bodyOf = (type: string) => inHeader.find((box) => box.type === type)?.body;
  // A palette expands one component to this many channels (I.5.3.4).
  const palette = bodyOf('pclr');
  const channels = palette && palette.length > 3 ? (palette[2] ?? 0) : size.components.length;
  const color = readColor(inHeader, channels);
  const { width, height } = size;
  refuseUnread(size, channels, color.space);
  if (channels === 2) throw unread('grey pictures with transparency');
  return { width, height, colors: channels === 1 ? 1 : 3, hasAlpha: channels === 4, icc: color.icc };
}

interface Size {
  width: number;
  height: number;
  components: { bits: number; across: number; down: number }[];
}

/** SIZ (A.5.1). */
function readSize(code: Buffer): Size {
  if (code.length < 42) throw ended();
  if (code.readUInt16BE(0) !== markers.start || code.readUInt16BE(2) !== markers.size)
    throw new DecoderRefusal('media.damaged', 'its codestream does not begin with its size');
  const count = code.readUInt16BE(40);
  if (count > 4) throw unread(`${count} components`);
  if (code.length < 42 + count * 3) throw ended();
  const width = code.readUInt32BE(8) - code.readUInt32BE(16);
  const height = code.readUInt32BE(12) - code.readUInt32BE(20);
  if (width < 1 || height < 1 || count < 1)
    throw new DecoderRefusal('media.damaged', `${width} × ${height} pixels of ${count} components`);
  const components = Array.from({ length: count }, (_, index) => ({
    bits: 1 + ((code[42 + index * 3] ?? 0) & 127),
    across: code[43 + index * 3] ?? 0,
    down: code[44 + index * 3] ?? 0,
  }));
  return { width, height, components };
}

/** Checks that the tile-parts (SOT, A.4.2) lead to the end of the codestream (EOC, A.4.4). */
function followTileParts(code: Buffer): void {
  let at = 2;
  // Every marker of the main header except the first is followed by its length.
  for (; at + 4 <= code.length && code.readUInt16BE(at) !== markers.tilePart;)
    at += 2 + code.readUInt16BE(at + 2);
  for (; at + 12 <= code.length && code.readUInt16BE(at) === markers.tilePart;) {
    const length = code.readUInt32BE(at + 6);
    // The last tile-part may have length 0, which means up to the end.
    if (length === 0) at = Math.max(at + 12, code.length - 2);
    else if (length < 14) break;
    else at += length;
  }
  if (at + 2 > code.length) throw ended();
  if (code.readUInt16BE(at) !== markers.end)
    throw new DecoderRefusal('media.damaged', 'its parts do not have the length that they state');
}

/** The first supported colour specification (I.5.3.3). */
function readColor(boxes: readonly Box[], channels: number): { space: number; icc?: Buffer } {
  const specifications = boxes.filter(({ type, body }) => type === 'colr' && body.length > 6);
  const numbered = specifications.find(({ body }) => body[0] === 1);
  if (numbered) return { space: numbered.body.readUInt32BE(3) };
  const guessed = channels < 3 ? colorSpaces.grey : colorSpaces.srgb;
  const profiled = specifications.find(({ body }) => body[0] === 2 || body[0] === 3);
  const icc = profiled?.body.subarray(3);
  const kind = icc?.toString('latin1', 16, 20);
  if (!icc || kind === 'GRAY') return { space: guessed };
  if (kind !== 'RGB ') throw unread(`pictures with a profile of ${kind}`);
  return { space: guessed, icc };
}

function refuseUnread({ components }: Size, channels: number, space: number): void {
  if (!Object.values(colorSpaces).includes(space)) throw unread(`pictures in colour space ${space}`);
  if (channels > 4 || channels < 1 || (space === colorSpaces.grey && channels > 2))
    throw unread(`pictures of ${channels} channels`);
  const [first] = components;
  const isPlain = components.every(({ across, down }) => across === 1 && down === 1);
  // Subsampling that the decoder supports: 4:2:0 and 4:2:2 with three components.
  const isHalved =
    components.length === 3 &&
    first?.across === 1 &&
    first.down === 1 &&
    components
      .slice(1)
      .every(({ across, down }) => across === 2 && down === (components[1]?.down ?? 0) && down <= 2);
  if (!isPlain && !isHalved) throw unread('pictures with components of different sizes');
  if (components.some(({ bits }) => bits > 16)) throw unread('pictures of more than 16 bits');
}

function ended(): DecoderRefusal {
  return new DecoderRefusal('media.damaged', 'the file is truncated');
}

function unread(what: string): DecoderRefusal {
  return new DecoderRefusal('media.unsupported', `JPEG 2000: ${what} are not supported`);
}
