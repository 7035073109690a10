import { crc32, deflateSync } from 'node:zlib';

/** A PNG of a sunset over the sea, drawn here so that a first upload needs no file. */
export function drawSamplePicture(width: number, height: number): Buffer {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  const horizon = height * 0.6;
  const sun = { x: width * 0.62, y: horizon * 0.8, radius: height * 0.13 };
  for (let y = 0; y < height; y += 1) {
    const rowStart = y * (width * 3 + 1) + 1; // the preceding byte means that the row is not filtered
    for (let x = 0; x < width; x += 1) {
      const inSun = y < horizon && Math.hypot(x - sun.x, y - sun.y) < sun.radius;
      const wave = y >= horizon && Math.abs(x - sun.x) < sun.radius * (0.4 + 0.6 * Math.abs(Math.sin(y / 9)));
      rows.set(
        inSun || wave ? [255, 226, 150] : y < horizon ? sky(y / horizon) : sea(y / height),
        rowStart + x * 3,
      );
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8); // 8 bits per channel, RGB
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([signature, ...parts]);
}

const sky = (height: number) => [70 + 175 * height, 60 + 90 * height, 120 - 20 * height];
const sea = (depth: number) => [90 - 60 * depth, 80 - 40 * depth, 130 - 50 * depth];

/** One chunk of a PNG file: length, type, data, checksum of type and data. */
function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'ascii'), data]);
  const framed = Buffer.alloc(typed.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(typed, 4);
  framed.writeUInt32BE(crc32(typed), typed.length + 4);
  return framed;
}
