import { crc32 } from 'node:zlib';

/** Size and sample format of a PNG (W3C PNG, third edition, table 12). */
export interface PngFormat {
  readonly width: number;
  readonly height: number;
  /** Bits per sample. */
  readonly bitDepth: 1 | 8;
  /** 2 is RGB, 3 a palette. */
  readonly colorType: 2 | 3;
}

/** The beginning of a PNG: its signature and its header chunk. */
export function pngHead({ width, height, bitDepth, colorType }: PngFormat): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bitDepth, colorType], 8);
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), pngChunk('IHDR', header)]);
}

/** One chunk: length, type, data, and the checksum of type and data (section 5.3). */
export function pngChunk(type: string, data: Uint8Array = Buffer.alloc(0)): Buffer {
  const whole = Buffer.alloc(12 + data.length);
  whole.writeUInt32BE(data.length, 0);
  whole.write(type, 4, 'latin1');
  whole.set(data, 8);
  whole.writeUInt32BE(crc32(whole.subarray(4, -4)), 8 + data.length);
  return whole;
}
