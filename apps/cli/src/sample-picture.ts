import { deflateSync } from 'node:zlib';
import { pngChunk, pngHead } from '#media';

/** Draws a PNG of a sunset over the sea, so that a first upload needs no file. */
export function drawSamplePicture(width: number, height: number): Buffer {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  const horizon = height * 0.6;
  const sun = { x: width * 0.62, y: horizon * 0.8, radius: height * 0.13 };
  for (let y = 0; y < height; y += 1) {
    const rowStart = y * (width * 3 + 1) + 1; // the preceding byte is the filter type: 0, none
    for (let x = 0; x < width; x += 1) {
      const inSun = y < horizon && Math.hypot(x - sun.x, y - sun.y) < sun.radius;
      const wave = y >= horizon && Math.abs(x - sun.x) < sun.radius * (0.4 + 0.6 * Math.abs(Math.sin(y / 9)));
      rows.set(
        inSun || wave ? [255, 226, 150] : y < horizon ? sky(y / horizon) : sea(y / height),
        rowStart + x * 3,
      );
    }
  }
  const head = pngHead({ width, height, bitDepth: 8, colorType: 2 });
  return Buffer.concat([head, pngChunk('IDAT', deflateSync(rows)), pngChunk('IEND')]);
}

const sky = (height: number) => [70 + 175 * height, 60 + 90 * height, 120 - 20 * height];
const sea = (depth: number) => [90 - 60 * depth, 80 - 40 * depth, 130 - 50 * depth];
