import { decodeBmp } from './bmp.ts';
import { bytesBeside, DecoderRefusal, refuseTooMany, type DecodedPicture } from '../sandbox/decoder-task.ts';

const pngSignature = '89504e470d0a1a0a';
/** Pixel storage with colour masks (BITMAPINFOHEADER, biCompression); 0 means without. */
const bitFields = 3;

interface Icon {
  data: Buffer;
  isPng: boolean;
  width: number;
  height: number;
  bits: number;
}

/**
 * Extracts the largest picture of a Windows icon or cursor, and among equally large ones the deepest: a PNG unchanged,
 * a bitmap with its mask as alpha.
 */
export function decodeIcon(bytes: Uint8Array, maxPixels: number): DecodedPicture {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (file.length < 6 || file.length < 6 + file.readUInt16LE(4) * 16)
    throw new DecoderRefusal('media.damaged', 'the directory is truncated');
  const icons = Array.from({ length: file.readUInt16LE(4) }, (_, index) => readIcon(file, 6 + index * 16));
  const [largest] = icons.sort(
    (one, other) => other.width * other.height - one.width * one.height || other.bits - one.bits,
  );
  if (!largest) throw new DecoderRefusal('media.damaged', 'the icon contains no picture');
  if (largest.isPng) return { encoded: largest.data, reported: {} };
  const { width, height } = largest;
  refuseTooMany(width, height, maxPixels);
  // The bitmap is copied, and each pixel takes four bytes.
  if (width * height * 8 > bytesBeside(file.length))
    throw new DecoderRefusal('media.too_complex', `the icon has ${width} × ${height} pixels`);
  return decodeBitmap(largest, maxPixels);
}

/** Reads the picture of a directory entry (ICONDIRENTRY); its size comes from the picture, since entries cannot exceed 256. */
function readIcon(file: Buffer, entryAt: number): Icon {
  const at = file.readUInt32LE(entryAt + 12);
  const data = file.subarray(at, at + file.readUInt32LE(entryAt + 8));
  // The entry's length is not always right; the picture itself determines its end.
  const isPng = data.toString('hex', 0, 8) === pngSignature;
  if (data.length < 40) throw new DecoderRefusal('media.damaged', 'the file lacks a picture of the icon');
  if (isPng) {
    return { data, isPng, width: data.readUInt32BE(16), height: data.readUInt32BE(20), bits: 32 };
  }
  const size = data.readUInt32LE(0);
  if (size < 40 || size > 124)
    throw new DecoderRefusal('media.unsupported', 'icons must contain PNG or Windows bitmaps');
  const [width, doubled] = [data.readInt32LE(4), data.readInt32LE(8)];
  if (width < 1 || doubled < 2)
    throw new DecoderRefusal('media.damaged', `the icon has ${width} × ${doubled} pixels`);
  return { data, isPng, width, height: Math.floor(doubled / 2), bits: data.readUInt16LE(14) };
}

/** Decodes a bitmap that has no file header and doubled height: the colours, then a mask of one bit per pixel. */
function decodeBitmap({ data, width, height, bits }: Icon, maxPixels: number): DecodedPicture {
  const compression = data.readUInt32LE(16);
  if (compression !== 0 && compression !== bitFields)
    throw new DecoderRefusal('media.unsupported', `an icon with compression ${compression} is not supported`);
  const maskBytes = compression === bitFields && data.readUInt32LE(0) === 40 ? 12 : 0;
  const usedColors = Math.min(data.readUInt32LE(32), 256) || 2 ** bits;
  const pixelsAt = data.readUInt32LE(0) + maskBytes + (bits <= 8 ? usedColors * 4 : 0);
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  const maskAt = pixelsAt + rowBytes * height;
  const bitmap = Buffer.concat([Buffer.alloc(14), data.subarray(0, maskAt)]);
  bitmap.write('BM');
  bitmap.writeUInt32LE(14 + pixelsAt, 10);
  bitmap.writeInt32LE(height, 14 + 8);
  const picture = decodeBmp(bitmap, maxPixels);
  if (!('pixels' in picture)) return picture;
  const mask = data.subarray(maskAt);
  const isShown = bits === 32 && hasAlpha(data, pixelsAt, width * height);
  if (isShown) copyAlpha(data.subarray(pixelsAt), picture.pixels.data, width, height);
  else cutOut(mask, picture.pixels.data, width, height);
  return picture;
}

/** Whether any pixel has alpha: old 32-bit icons leave the fourth byte 0 and use only the mask. */
function hasAlpha(data: Buffer, pixelsAt: number, pixels: number): boolean {
  for (let pixel = 0; pixel < pixels; pixel++) {
    if (data[pixelsAt + pixel * 4 + 3]) return true;
  }
  return false;
}

/** Copies alpha from the file, whose rows are bottom-up. */
function copyAlpha(from: Buffer, to: Uint8Array, width: number, height: number): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      to[(y * width + x) * 4 + 3] = from[((height - 1 - y) * width + x) * 4 + 3] ?? 0;
    }
  }
}

/** Makes pixels transparent where the mask bit is set. */
function cutOut(mask: Buffer, to: Uint8Array, width: number, height: number): void {
  const rowBytes = Math.ceil(width / 32) * 4;
  if (mask.length < rowBytes * (height - 1) + Math.ceil(width / 8))
    throw new DecoderRefusal('media.damaged', 'the file is truncated');
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const byte = mask[(height - 1 - y) * rowBytes + (x >> 3)] ?? 0;
      if ((byte >> (7 - (x & 7))) & 1) to[(y * width + x) * 4 + 3] = 0;
    }
  }
}
