/** A chunk of a PNG (W3C PNG, third edition, 5.3). */
export interface PngChunk {
  readonly type: string;
  readonly data: Buffer;
  /** The chunk including its length, type and checksum. */
  readonly whole: Buffer;
}

const signature = '89504e470d0a1a0a';

/** Yields the chunks of a PNG, or of the start of one, up to the first incomplete chunk; nothing for any other file. */
export function* readPngChunks(file: Buffer): Generator<PngChunk> {
  if (file.toString('hex', 0, 8) !== signature) return;
  for (let at = 8; at + 12 <= file.length;) {
    const end = at + 12 + file.readUInt32BE(at);
    if (end > file.length) return;
    const type = file.toString('latin1', at + 4, at + 8);
    yield { type, data: file.subarray(at + 8, end - 4), whole: file.subarray(at, end) };
    at = end;
  }
}
