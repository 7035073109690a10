import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createDeflate, deflateSync } from 'node:zlib';
import type { Pixels } from '../sandbox/decoder-task.ts';

/**
 * Writes pixels as an uncompressed PNG, which libvips reads at disk speed and which carries an ICC profile, EXIF and
 * XMP (W3C PNG, third edition, 11.3).
 */
export async function writePng(file: string, pixels: Pixels): Promise<void> {
  await pipeline(Readable.from(chunksOf(pixels)), createWriteStream(file));
}

async function* chunksOf(pixels: Pixels): AsyncGenerator<Buffer> {
  yield* pngHeader(pixels.width, pixels.height, pixels.channels);
  // Matrix 0: RGB; full range.
  if (pixels.cicp) yield chunk('cICP', Buffer.from([...pixels.cicp, 0, 1]));
  if (pixels.icc) yield chunk('iCCP', Buffer.concat([Buffer.from('icc\0\0'), deflateSync(pixels.icc)]));
  yield* metadataChunks(pixels);
  const data = Readable.from(rowsOf(pixels)).pipe(createDeflate({ level: 0, chunkSize: 1 << 18 }));
  for await (const part of data) yield chunk('IDAT', part as Buffer);
  yield chunk('IEND', Buffer.alloc(0));
}

type Metadata = Pick<Pixels, 'exif' | 'xmp'>;

function* metadataChunks({ exif, xmp }: Metadata): Generator<Buffer> {
  if (exif) yield chunk('eXIf', exif);
  // Uncompressed text without language or translated keyword.
  if (xmp) yield chunk('iTXt', Buffer.concat([Buffer.from('XML:com.adobe.xmp\0\0\0\0\0'), xmp]));
}

/** Adds EXIF and XMP to a PNG after its header. */
export function addToPng(png: Uint8Array, metadata: Metadata): Uint8Array {
  const chunks = [...metadataChunks(metadata)];
  // Signature and IHDR take 33 bytes.
  return chunks.length === 0 ? png : Buffer.concat([png.subarray(0, 33), ...chunks, png.subarray(33)]);
}

/** Each row starts with its filter type: none. */
function* rowsOf({ width, height, channels, rowBytes, data }: Pixels): Generator<Buffer> {
  for (let y = 0; y < height; y++) {
    const row = Buffer.alloc(1 + width * channels);
    row.set(data.subarray(y * rowBytes, y * rowBytes + width * channels), 1);
    yield row;
  }
}

/** The signature and the IHDR chunk, for 8 bits per sample. */
export function pngHeader(width: number, height: number, channels: 3 | 4): Buffer[] {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Colour type 2 is RGB, 6 is RGBA.
  header.set([8, channels === 4 ? 6 : 2], 8);
  return [Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', header)];
}

export function chunk(type: string, data: Uint8Array): Buffer {
  const whole = Buffer.alloc(12 + data.length);
  whole.writeUInt32BE(data.length, 0);
  whole.write(type, 4, 'latin1');
  whole.set(data, 8);
  whole.writeUInt32BE(crc32(whole.subarray(4, -4)), 8 + data.length);
  return whole;
}
