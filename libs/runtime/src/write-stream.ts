import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

interface WriteOptions {
  /** Aborts the write, which then rejects. */
  signal?: AbortSignal | undefined;
  /** Whether to flush the file to disk before resolving. */
  flush?: boolean;
}

/**
 * Writes a stream to a file through `look`, which may count, refuse or change the chunks. Settles only once the file is
 * closed: if the caller then removes a partial file, it cannot reappear.
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
    // A failing pipeline does not wait for the file, which may still be being opened.
    sink.destroy();
    await closed;
  }
}
