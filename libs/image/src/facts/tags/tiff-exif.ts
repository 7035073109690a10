import type { ImageSource } from '../../source/image-source.js';
import { gpsPointer, photoPointer } from './exif-tags.js';
import { type TiffEntry, TiffReader, withTiff } from './tiff-reader.js';

/**
 * Tags of the main directory that describe the picture, as in EXIF. All others describe the storage of its pixels or
 * its position on a map.
 */
const imageTags = new Set([
  0x010e, 0x010f, 0x0110, 0x0112, 0x011a, 0x011b, 0x0128, 0x0131, 0x0132, 0x013b, 0x013c, 0x4746, 0x8298,
  0x9c9b, 0x9c9c, 0x9c9d, 0x9c9e, 0x9c9f,
]);
/**
 * Collects the tags of a TIFF that describe its picture into an EXIF block like that of other formats: a TIFF has the
 * same structure as such a block, but its directories and values may be anywhere in the file. Classic and BigTIFF (TIFF
 * 6.0, section 2; EXIF 3.0, section 4.6). Reads three directories, each once, never beyond the end of the file; skips
 * broken entries. Fails with internal.unexpected if the file cannot be read.
 */
export function gatherTiffExif(source: ImageSource): Promise<Buffer | undefined> {
  return withTiff(source, gather);
}

async function gather(tiff: TiffReader): Promise<Buffer | undefined> {
  const main = await tiff.readMain();
  const below = async (pointer: number) =>
    tiff.readDirectory(tiff.placeIn(main.find(({ tag }) => tag === pointer)));
  const image = main.filter(({ tag }) => imageTags.has(tag));
  return writeBlock(tiff.little, image, await below(photoPointer), await below(gpsPointer));
}

/** Builds an EXIF block: the main directory, the EXIF and GPS directories, then the values of all three. */
function writeBlock(little: boolean, image: TiffEntry[], photo: TiffEntry[], gps: TiffEntry[]): Buffer {
  const number = (value: number, length: number) => {
    const bytes = Buffer.alloc(length);
    if (little) bytes.writeUIntLE(value, 0, length);
    else bytes.writeUIntBE(value, 0, length);
    return bytes;
  };
  const sizeOf = (entries: readonly TiffEntry[]) => 2 + entries.length * 12 + 4;
  const photoAt = 8 + sizeOf(image) + 24;
  const gpsAt = photoAt + sizeOf(photo);
  const pointer = (tag: number, at: number): TiffEntry => ({ tag, type: 4, count: 1, bytes: number(at, 4) });
  const main = [...image, pointer(photoPointer, photoAt), pointer(gpsPointer, gpsAt)];
  const values: Buffer[] = [];
  let valueAt = gpsAt + sizeOf(gps);
  const place = (bytes: Buffer): Buffer => {
    if (bytes.length <= 4) return Buffer.concat([bytes, Buffer.alloc(4 - bytes.length)]);
    values.push(bytes);
    valueAt += bytes.length;
    return number(valueAt - bytes.length, 4);
  };
  const write = (entries: readonly TiffEntry[]) => {
    const rows = entries.map(({ tag, type, count, bytes }) =>
      Buffer.concat([number(tag, 2), number(type, 2), number(count, 4), place(bytes)]),
    );
    return Buffer.concat([number(entries.length, 2), ...rows, number(0, 4)]);
  };
  const directories = [main, photo, gps].map(write);
  return Buffer.concat([
    Buffer.from(little ? 'II' : 'MM'),
    number(42, 2),
    number(8, 4),
    ...directories,
    ...values,
  ]);
}
