import { bytesBeside, DecoderRefusal, refuseTooMany, type DecodedPicture } from '../sandbox/decoder-task.ts';

const headerBytes = 18;
/** Maximum pixels per run-length packet. */
const packetPixels = 128;

interface Header {
  width: number;
  height: number;
  bits: number;
  isCoded: boolean;
  isGrey: boolean;
  hasAlpha: boolean;
  isDownwards: boolean;
  isLeftwards: boolean;
  palette: Buffer | undefined;
  paletteBits: number;
  pixelsAt: number;
}

/**
 * Decodes a Truevision TGA (version 2.0): palette, grey, or 15 to 32 bits, run-length encoded or not, with any origin.
 * A custom decoder, because it is small and the available packages are unmaintained.
 */
export function decodeTarga(bytes: Uint8Array, maxPixels: number): DecodedPicture {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const header = readHeader(file);
  const { width, height, bits } = header;
  refuseTooMany(width, height, maxPixels);
  const bytesPerPixel = Math.ceil(bits / 8);
  if (width * height * (4 + bytesPerPixel) > bytesBeside(file.length))
    throw new DecoderRefusal(
      'media.too_complex',
      `the TGA has ${width} × ${height} pixels; send another format`,
    );
  const stored = file.subarray(header.pixelsAt);
  const sizeBytes = width * height * bytesPerPixel;
  const pixels = header.isCoded ? expand(stored, sizeBytes, bytesPerPixel) : stored;
  if (pixels.length < sizeBytes) throw ended();
  const data = paint(pixels, header, bytesPerPixel);
  return { pixels: { width, height, channels: 4, rowBytes: width * 4, data }, reported: {} };
}

function readHeader(file: Buffer): Header {
  if (file.length < headerBytes) throw ended();
  const [type, bits, flags] = [file.readUInt8(2), file.readUInt8(16), file.readUInt8(17)];
  const [colors, paletteBits] = [file.readUInt16LE(5), file.readUInt8(7)];
  const paletteAt = headerBytes + file.readUInt8(0);
  const pixelsAt = paletteAt + colors * Math.ceil(paletteBits / 8);
  const hasPalette = type === 1 || type === 9;
  const isGrey = type === 3 || type === 11;
  const depth = hasPalette ? paletteBits : bits;
  if (pixelsAt > file.length) throw ended();
  return {
    width: file.readUInt16LE(12),
    height: file.readUInt16LE(14),
    bits,
    isCoded: type >= 9,
    isGrey,
    // For a palette, its depth tells whether it has alpha.
    hasAlpha: !isGrey && depth === 32 && (hasPalette || (flags & 15) === 8),
    isDownwards: (flags & 32) !== 0,
    isLeftwards: (flags & 16) !== 0,
    palette: hasPalette ? file.subarray(paletteAt, pixelsAt) : undefined,
    paletteBits,
    pixelsAt,
  };
}

/** Expands run-length packets: the first byte gives the number of pixels and whether a single one is repeated. */
function expand(code: Buffer, sizeBytes: number, bytesPerPixel: number): Buffer {
  // Refuses a file that is too short for its size before allocating the pixels.
  if (code.length < Math.ceil(sizeBytes / bytesPerPixel / packetPixels) * (1 + bytesPerPixel)) throw ended();
  const pixels = Buffer.alloc(sizeBytes);
  for (let from = 0, to = 0; to < sizeBytes;) {
    const packet = code[from++] ?? 0;
    const runBytes = Math.min(((packet & 127) + 1) * bytesPerPixel, sizeBytes - to);
    const isRun = packet >= packetPixels;
    const part = code.subarray(from, from + (isRun ? bytesPerPixel : runBytes));
    if (part.length < (isRun ? bytesPerPixel : runBytes)) throw ended();
    pixels.fill(part, to, to + runBytes);
    from += part.length;
    to += runBytes;
  }
  return pixels;
}

/** Converts to four bytes per pixel, starting at the top left corner. */
function paint(pixels: Buffer, header: Header, bytesPerPixel: number): Buffer {
  const { width, height, isDownwards, isLeftwards, palette, paletteBits } = header;
  const data = Buffer.alloc(width * height * 4, 255);
  const colorBytes = Math.ceil(paletteBits / 8);
  const setColor = palette
    ? colorSetter(data, header, palette, colorBytes)
    : colorSetter(data, header, pixels, bytesPerPixel);
  let shown = 0;
  for (let row = 0, from = 0; row < height; row++) {
    const y = isDownwards ? row : height - 1 - row;
    for (let column = 0; column < width; column++, from += bytesPerPixel) {
      const to = (y * width + (isLeftwards ? width - 1 - column : column)) * 4;
      setColor(to, palette ? (pixels[from] ?? 0) * colorBytes : from);
      shown |= data[to + 3] ?? 0;
    }
  }
  // If every alpha byte is 0, the writer did not use it, so the picture is opaque.
  if (shown === 0) for (let at = 3; at < data.length; at += 4) data[at] = 255;
  return data;
}

/**
 * Returns a function that writes the colour at offset `at` of `colors` to offset `to` of `data`. Blue comes first;
 * two-byte colours have five bits per channel. An offset beyond the palette is black.
 */
function colorSetter(data: Buffer, header: Header, colors: Buffer, bytes: number) {
  return (to: number, at: number): void => {
    if (bytes === 2) {
      const color = (colors[at] ?? 0) | ((colors[at + 1] ?? 0) << 8);
      for (let sample = 0; sample < 3; sample++) {
        data[to + sample] = Math.round((((color >> (10 - sample * 5)) & 31) * 255) / 31);
      }
      return;
    }
    for (let sample = 0; sample < 3; sample++) {
      data[to + sample] = colors[header.isGrey ? at : at + 2 - sample] ?? 0;
    }
    if (header.hasAlpha) data[to + 3] = colors[at + 3] ?? 255;
  };
}

function ended(): DecoderRefusal {
  return new DecoderRefusal('media.damaged', 'the file is truncated');
}
