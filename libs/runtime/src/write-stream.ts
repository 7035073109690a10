import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

interface WriteOptions {
  /** Ends the writing; rejects then. */
  signal?: AbortSignal | undefined;
  /** Whether the bytes are on the disk at the end, not just with the kernel. */
  flush?: boolean;
}

/**
 * Writes a stream to a file, a chunk at a time, through `look`, which may count, refuse or change what passes. Settles only
 * once the file is closed: whoever removes what a failure left can be sure that it does not appear afterwards.
 */
export async function writeStream(
  file: string,
  source: Readable,
  look: (chunks: AsyncIterable<Buffer>) => AsyncIterable<Uint8Array>,
  { signal, flush = false }: WriteOptions = {},
): Promise<void> {
  const sink = createWriteStream(file, { flush });
  const closed = new Promise<void>((resolve) => {
    sink.once('close', resolve);
  });
  try {
    await pipeline(source, look, sink, { signal });
  } finally {
    // A pipeline that fails does not wait for the file, which the system may be opening just now.
    sink.destroy();
    await closed;
  }
}
