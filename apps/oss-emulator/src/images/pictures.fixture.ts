import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';

type Rgb = readonly [red: number, green: number, blue: number];

export const red: Rgb = [220, 30, 30];
const green: Rgb = [30, 200, 30];
export const blue: Rgb = [30, 30, 220];
export const white: Rgb = [255, 255, 255];

/** A picture whose left half is red and right half is blue. */
export function halves(width: number, height: number): Sharp {
  const data = Buffer.alloc(width * height * 3);
  for (let at = 0; at < width * height; at++) data.set(at % width < width / 2 ? red : blue, at * 3);
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** A GIF of three frames. */
export function animation(width: number, height: number): Promise<Buffer> {
  const data = Buffer.concat(
    [red, green, blue].map((color) => Buffer.alloc(width * height * 3, Buffer.from(color))),
  );
  const raw = { width, height: height * 3, channels: 3, pageHeight: height } as const;
  return sharp(data, { raw })
    .gif({ delay: [100, 200, 300], loop: 0 })
    .toBuffer();
}

/** Format and size of an image. */
export async function describeImage(bytes: Buffer) {
  const { format, width, height, pageHeight, pages = 1, orientation } = await sharp(bytes).metadata();
  return { format, width, height: pageHeight ?? height, pages, orientation };
}

/** Whether a pixel of the first frame has approximately this color. */
export async function hasColor(
  bytes: Buffer,
  [x, y]: readonly [number, number],
  color: Rgb,
): Promise<boolean> {
  const pixel = await sharp(bytes)
    .extract({ left: x, top: y, width: 1, height: 1 })
    .removeAlpha()
    .raw()
    .toBuffer();
  return color.every((value, i) => Math.abs(value - (pixel[i] ?? 0)) < 30);
}

/** The alpha value of a pixel, from 0 to 255. */
export async function opacityAt(bytes: Buffer, [left, top]: readonly [number, number]): Promise<number> {
  const pixel = await sharp(bytes).ensureAlpha().extract({ left, top, width: 1, height: 1 }).raw().toBuffer();
  return pixel[3] ?? 0;
}

/** A JPEG with a JFIF header, which sharp omits. */
export function withJfif(jpeg: Buffer): Buffer {
  const header = Buffer.from('ffe000104a46494600010100000100010000', 'hex');
  return Buffer.concat([jpeg.subarray(0, 2), header, jpeg.subarray(2)]);
}

/** The minimal start of a PNG that tells its size. */
export function beginningOfPng(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const chunk = (name: string, data: Buffer) => {
    const named = Buffer.concat([Buffer.from(name), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(named));
    return Buffer.concat([length, named, sum]);
  };
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', Buffer.alloc(8))]);
}

/** A black bitmap with 24 bits per pixel. */
export function bitmap(width: number, height: number): Buffer {
  const rowBytes = Math.ceil((width * 3) / 4) * 4;
  const bytes = Buffer.alloc(54 + rowBytes * height);
  bytes.write('BM');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  return bytes;
}
