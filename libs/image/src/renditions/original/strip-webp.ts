/** A chunk of a WebP (RFC 9649, 2.3). */
interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

/** Type and length, before the data. */
const headBytes = 8;
/** Length of the ANMF header with a frame's position and duration (RFC 9649, 2.7.1.1). */
const frameHeadBytes = 16;
/** VP8X flags that concern the picture (RFC 9649, 2.7.1). */
const flags = { animation: 0x02, alpha: 0x10 };

/**
 * Strips a WebP to its picture, or to its frames and animation parameters.
 * @returns null if it has neither
 */
export function stripWebp(file: Buffer): Buffer | null {
  const riff = readChunks(file).next().value;
  if (riff?.type !== 'RIFF') return null;
  const chunks = [...readChunks(riff.data.subarray(4))];
  const head = chunks[0]?.type === 'VP8X' ? withoutMetadata(chunks[0]) : null;
  const isAnimated = ((head?.data[0] ?? 0) & flags.animation) !== 0;
  const picture = isAnimated ? framesOf(chunks) : pictureOf(chunks);
  if (picture.length === 0) return null;
  const parts = [...(head ? [head] : []), ...picture].map(writeChunk);
  return writeChunk({ type: 'RIFF', data: Buffer.concat([Buffer.from('WEBP'), ...parts]) });
}

/** Yields the chunks up to the first incomplete one. */
function* readChunks(bytes: Buffer): Generator<Chunk, undefined> {
  for (let at = 0; at + headBytes <= bytes.length;) {
    const start = at + headBytes;
    const end = start + bytes.readUInt32LE(at + 4);
    if (end > bytes.length) return;
    yield { type: bytes.toString('latin1', at, at + 4), data: bytes.subarray(start, end) };
    at = end + (end % 2);
  }
}

/** The chunks of one picture: alpha and pixels. */
function pictureOf(chunks: readonly Chunk[]): Chunk[] {
  const pixels = chunks.findIndex(({ type }) => type === 'VP8 ' || type === 'VP8L');
  return chunks.slice(0, pixels + 1).filter(({ type }, index) => type === 'ALPH' || index === pixels);
}

function framesOf(chunks: readonly Chunk[]): Chunk[] {
  return chunks
    .filter(({ type }) => type === 'ANIM' || type === 'ANMF')
    .map(({ type, data }) => {
      if (type === 'ANIM') return { type, data };
      const picture = pictureOf([...readChunks(data.subarray(frameHeadBytes))]).map(writeChunk);
      return { type, data: Buffer.concat([data.subarray(0, frameHeadBytes), ...picture]) };
    });
}

/** The VP8X chunk without the flags for profile, EXIF and XMP. */
function withoutMetadata({ type, data }: Chunk): Chunk {
  const own = (data[0] ?? 0) & (flags.animation | flags.alpha);
  return { type, data: Buffer.from([own, 0, 0, 0, ...data.subarray(4, 10)]) };
}

/** Writes a chunk, padded to an even length. */
function writeChunk({ type, data }: Chunk): Buffer {
  const chunk = Buffer.alloc(headBytes + data.length + (data.length % 2));
  chunk.write(type, 0, 'latin1');
  chunk.writeUInt32LE(data.length, 4);
  chunk.set(data, headBytes);
  return chunk;
}
