import { DecoderRefusal } from '../sandbox/decoder-task.ts';
import { ended, type Photoshop } from './psd-sections.ts';

/** Compression of the merged picture ("Image Data Section"). */
const codings = { raw: 0, runs: 1 };

/**
 * Yields the rows of the first channels of the merged picture, channel by channel, top to bottom; a row is valid until
 * the next one. The data's length is checked before the first row, so that the caller allocates no pixels for a
 * truncated file.
 */
export function* rowsOf(photoshop: Photoshop, channels: number, rowBytes: number): Generator<Buffer> {
  const { merged, height, isLarge } = photoshop;
  if (merged.length < 2) throw ended();
  const coding = merged.readUInt16BE(0);
  if (coding === codings.raw) {
    if (merged.length < 2 + photoshop.channels * height * rowBytes) throw ended();
    for (let row = 0; row < channels * height; row++) {
      yield merged.subarray(2 + row * rowBytes, 2 + (row + 1) * rowBytes);
    }
    return;
  }
  if (coding !== codings.runs)
    throw new DecoderRefusal(
      'media.unsupported',
      `a merged picture with compression ${coding} is not supported`,
    );
  // The data starts with the length of each row of each channel.
  const lengthBytes = isLarge ? 4 : 2;
  const rows = photoshop.channels * height;
  let at = 2 + rows * lengthBytes;
  if (merged.length < at) throw ended();
  const sizes = Array.from({ length: Math.min(rows, channels * height) }, (_, row) =>
    merged.readUIntBE(2 + row * lengthBytes, lengthBytes),
  );
  if (merged.length < sizes.reduce((sum, size) => sum + size, at)) throw ended();
  const row = Buffer.alloc(rowBytes);
  for (const size of sizes) {
    unpack(merged.subarray(at, at + size), row);
    yield row;
    at += size;
  }
}

/**
 * Decodes PackBits: a count n >= 0 is followed by n + 1 literal bytes, n < 0 by one byte to repeat 1 - n times; -128 is
 * a no-op.
 */
function unpack(code: Buffer, row: Buffer): void {
  let to = 0;
  for (let from = 0; from < code.length && to < row.length;) {
    const count = code.readInt8(from++);
    if (count >= 0) {
      to += code.copy(row, to, from, from + count + 1);
      from += count + 1;
    } else if (count > -128) {
      row.fill(code[from++] ?? 0, to, Math.min(to + 1 - count, row.length));
      to += 1 - count;
    }
  }
  if (to < row.length) throw new DecoderRefusal('media.damaged', 'a row of its merged picture is too short');
}
