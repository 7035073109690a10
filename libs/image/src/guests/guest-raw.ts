import { GuestRefusal, type GuestPicture } from './guest-task.ts';
import { TiffDirectories, type Directory } from './tiff-directories.ts';

/** Tags of TIFF 6.0, TIFF/EP and DNG; the last is Panasonic's. */
const tags = {
  compression: 0x0103,
  stripAt: 0x0111,
  orientation: 0x0112,
  stripBytes: 0x0117,
  jpegAt: 0x0201,
  jpegBytes: 0x0202,
  panasonicJpeg: 0x002e,
};
const jpegCompressions = new Set([6, 7]);

interface Part {
  at: number;
  sizeBytes: number;
}

/**
 * Takes the largest JPEG preview out of a camera's RAW file, as it is; the sensor's data is not developed. Reads what
 * is built like a TIFF (CR2, NEF, ARW, DNG, RW2) and Fuji's RAF.
 */
export function findPreview(bytes: Uint8Array): GuestPicture {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const fuji = file.toString('latin1', 0, 15) === 'FUJIFILMCCD-RAW';
  const directories = fuji ? [] : new TiffDirectories(file).readAll();
  const parts = fuji ? [partOfFuji(file)] : directories.flatMap(partsOf);
  const previews = parts
    .map(({ at, sizeBytes }) => file.subarray(at, at + sizeBytes))
    .map((jpeg) => ({ jpeg, pixels: pixelsOf(jpeg) }))
    .sort((one, other) => other.pixels - one.pixels);
  const best = previews[0];
  if (!best || best.pixels === 0) {
    throw new GuestRefusal('media.unsupported', 'the camera file holds no JPEG preview; send a JPEG of it');
  }
  const orientation = directories[0]?.get(tags.orientation)?.[0] ?? 1;
  return { encoded: turn(best.jpeg, orientation), told: {} };
}

/** RAF has its JPEG's place and length at 84 and 88. */
function partOfFuji(file: Buffer): Part {
  if (file.length < 92) throw new GuestRefusal('media.damaged', 'the file ends within its header');
  return { at: file.readUInt32BE(84), sizeBytes: file.readUInt32BE(88) };
}

function partsOf(directory: Directory): Part[] {
  const number = (tag: number) => directory.get(tag)?.[0];
  const parts = [
    { at: number(tags.jpegAt), sizeBytes: number(tags.jpegBytes) },
    { at: directory.placeOf(tags.panasonicJpeg), sizeBytes: directory.countOf(tags.panasonicJpeg) },
  ];
  if (jpegCompressions.has(number(tags.compression) ?? 0) && directory.countOf(tags.stripAt) === 1) {
    parts.push({ at: number(tags.stripAt), sizeBytes: number(tags.stripBytes) });
  }
  return parts.flatMap(({ at, sizeBytes }) => (at && sizeBytes ? [{ at, sizeBytes }] : []));
}

/** Width times height of a JPEG that viewers read: baseline or progressive, 8 bits. 0 for any other, as the sensor's lossless JPEG. */
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

/** Gives a preview without EXIF of its own the orientation of the camera file. */
function turn(jpeg: Buffer, orientation: number): Buffer {
  const hasOwn = jpeg.subarray(0, 4096).includes('Exif\0\0');
  if (hasOwn || orientation <= 1 || orientation > 8) return jpeg;
  // APP1 with a TIFF of one entry: tag 0x0112, SHORT, one of it.
  const exif = Buffer.from(
    `ffe1002245786966000049492a00080000000100120103000100000000000000000000000000`,
    'hex',
  );
  exif.writeUInt16LE(orientation, 28);
  return Buffer.concat([jpeg.subarray(0, 2), exif.subarray(0, 36), jpeg.subarray(2)]);
}
