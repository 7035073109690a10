import { deflateSync } from 'node:zlib';
import { pngChunk, pngHead, type Size } from '#media';
import type { Peaks } from './peaks.js';

const fullScale = 32_768;

/** Colours like `#2b6cb0` or, with opacity, `#2b6cb080`. */
export interface WaveformColors {
  readonly color: string;
  readonly background: string;
}

/**
 * Draws peaks as a PNG with two colours (W3C PNG, third edition). Each column is filled from the middle up to its highest and
 * down to its lowest sample; silence is a line.
 */
export function drawWaveform(peaks: Peaks, { width, height }: Size, colors: WaveformColors): Buffer {
  const columns = Array.from({ length: width }, (_, x) => columnOf(peaks, x, { width, height }));
  // A row begins with its filter type, 0 for none. Each bit is a pixel, the most significant first.
  const rowBytes = 1 + Math.ceil(width / 8);
  const rows = Buffer.alloc(rowBytes * height);
  for (const [x, { top, bottom }] of columns.entries()) {
    const bit = 0x80 >> (x % 8);
    for (let y = top; y <= bottom; y += 1) {
      const place = y * rowBytes + 1 + (x >> 3);
      rows[place] = (rows[place] ?? 0) | bit;
    }
  }
  const palette = [colors.background, colors.color].map(readColor);
  return Buffer.concat([
    pngHead({ width, height, bitDepth: 1, colorType: 3 }),
    pngChunk('PLTE', Buffer.concat(palette.map((color) => color.subarray(0, 3)))),
    pngChunk('tRNS', Buffer.concat(palette.map((color) => color.subarray(3)))),
    pngChunk('IDAT', deflateSync(rows)),
    pngChunk('IEND'),
  ]);
}

/** The first and last filled row of a column. */
function columnOf(peaks: Peaks, x: number, { width, height }: Size): { top: number; bottom: number } {
  const first = Math.floor((x * peaks.length) / width);
  const last = Math.floor(((x + 1) * peaks.length) / width);
  const [low, high] = peaks.between(first, last);
  const rowOf = (sample: number) =>
    Math.min(height - 1, Math.floor(((fullScale - sample) * height) / (2 * fullScale)));
  return { top: rowOf(Math.max(0, high)), bottom: rowOf(Math.min(0, low)) };
}

function readColor(color: string): Buffer {
  const digits = color.slice(1);
  return Buffer.from(digits.length === 6 ? `${digits}ff` : digits, 'hex');
}
