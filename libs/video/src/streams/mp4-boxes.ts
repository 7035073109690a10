/** One box of an ISO base media file (ISO/IEC 14496-12 section 4.2). */
export interface Box {
  readonly type: string;
  /** Offset of the header. */
  readonly start: number;
  readonly end: number;
  /** The bytes after size and type, as far as they are present. */
  readonly body: Buffer;
}

/** Yields consecutive boxes, up to the first that is malformed. */
export function* boxesIn(bytes: Buffer): Generator<Box> {
  let start = 0;
  while (start + 8 <= bytes.length) {
    const short = bytes.readUInt32BE(start);
    const long = short === 1;
    if (long && start + 16 > bytes.length) return;
    const size = long ? Number(bytes.readBigUInt64BE(start + 8)) : short === 0 ? bytes.length - start : short;
    const head = long ? 16 : 8;
    if (size < head) return;
    const end = start + size;
    yield {
      type: bytes.toString('latin1', start + 4, start + 8),
      start,
      end,
      body: bytes.subarray(start + head, end),
    };
    start = end;
  }
}

/** The body of the first box at this path of types; null if there is none. */
export function findBox(bytes: Buffer, ...path: readonly string[]): Buffer | null {
  const [type, ...rest] = path;
  if (type === undefined) return bytes;
  for (const box of boxesIn(bytes)) {
    if (box.type === type) return findBox(box.body, ...rest);
  }
  return null;
}
