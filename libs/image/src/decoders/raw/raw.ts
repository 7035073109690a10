import { DecoderRefusal, type DecodedPicture } from '../sandbox/decoder-task.ts';
import { readCanon } from './canon.ts';
import { partsOfOlympus } from './olympus.ts';
import { partsOf, tags, type Part } from './raw-parts.ts';
import { TiffDirectories } from '../containers/tiff-directories.ts';

/**
 * Extracts the largest JPEG preview of a camera RAW file; sensor data is not developed. Reads TIFF-like formats (CR2,
 * NEF, ARW, DNG, RW2, ORF), Fujifilm's RAF and Canon's CR3.
 */
export function findPreview(bytes: Uint8Array): DecodedPicture {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const { parts, orientation } = findParts(file);
  const previews = parts
    .map(({ at, sizeBytes }) => file.subarray(at, at + sizeBytes))
    .map((jpeg) => ({ jpeg, pixels: pixelsOf(jpeg) }))
    .sort((one, other) => other.pixels - one.pixels);
  const best = previews[0];
  if (!best || best.pixels === 0) {
    if (parts.some(({ at, sizeBytes }) => at + sizeBytes > file.length))
      throw new DecoderRefusal('media.damaged', 'the file is truncated');
    throw new DecoderRefusal(
      'media.unsupported',
      'the camera file contains no JPEG preview; send a JPEG of it',
    );
  }
  return { encoded: turn(best.jpeg, orientation), reported: {} };
}

function findParts(file: Buffer): { parts: Part[]; orientation: number } {
  if (file.toString('latin1', 0, 15) === 'FUJIFILMCCD-RAW')
    return { parts: [partOfFuji(file)], orientation: 1 };
  if (file.toString('latin1', 4, 8) === 'ftyp') return readCanon(file);
  const directories = new TiffDirectories(file).readAll();
  const isOlympus = /^(IIR|MMO)/.test(file.toString('latin1', 0, 3));
  return {
    parts: [...directories.flatMap(partsOf), ...(isOlympus ? partsOfOlympus(file, directories[0]) : [])],
    orientation: directories[0]?.get(tags.orientation)?.[0] ?? 1,
  };
}

/** RAF stores the offset and length of its JPEG at 84 and 88. */
function partOfFuji(file: Buffer): Part {
  if (file.length < 92) throw new DecoderRefusal('media.damaged', 'the header is truncated');
  return { at: file.readUInt32BE(84), sizeBytes: file.readUInt32BE(88) };
}

/** Pixel count of an 8-bit baseline, extended or progressive JPEG; 0 for any other, such as the sensor's lossless JPEG. */
function pixelsOf(jpeg: Buffer): number {
  if (jpeg.toString('hex', 0, 3) !== 'ffd8ff') return 0;
  for (let at = 2; at + 9 < jpeg.length && jpeg[at] === 0xff; at += 2 + jpeg.readUInt16BE(at + 2)) {
    const marker = jpeg[at + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (!isFrame) continue;
    return marker <= 0xc2 && jpeg[at + 4] === 8 ? jpeg.readUInt16BE(at + 5) * jpeg.readUInt16BE(at + 7) : 0;
  }
  return 0;
}

/** Adds the camera file's orientation to a preview without EXIF. */
function turn(jpeg: Buffer, orientation: number): Buffer {
  const hasOwn = jpeg.subarray(0, 4096).includes('Exif\0\0');
  if (hasOwn || orientation <= 1 || orientation > 8) return jpeg;
  // APP1 with a TIFF of one entry: tag 0x0112, type SHORT, count 1.
  const exif = Buffer.from(
    `ffe1002245786966000049492a00080000000100120103000100000000000000000000000000`,
    'hex',
  );
  exif.writeUInt16LE(orientation, 28);
  return Buffer.concat([jpeg.subarray(0, 2), exif.subarray(0, 36), jpeg.subarray(2)]);
}
