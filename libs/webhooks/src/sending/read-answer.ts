import type { Readable } from 'node:stream';

/** Bytes kept of an answer, and bytes read at most: a connection can be reused only after the body's end. */
const keptBytes = 1_024;
const readMaxBytes = 16_384;
/** Time limit for the body; the status is already known. */
const readMaxMs = 1_000;

/**
 * Reads the beginning of an answer's body as text without control characters. A body beyond the limits in size or time
 * is cut off by closing the connection.
 */
export async function readAnswer(body: Readable): Promise<string> {
  const kept: Buffer[] = [];
  let read = 0;
  const timer = setTimeout(() => body.destroy(), readMaxMs);
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      if (read < keptBytes) kept.push(chunk.subarray(0, keptBytes - read));
      read += chunk.length;
      if (read >= readMaxBytes) break;
    }
  } catch {
    // The status counts; an interrupted body is kept as far as it was received.
  } finally {
    clearTimeout(timer);
    body.destroy();
  }
  return safeText(Buffer.concat(kept));
}

/** Replaces control characters: Postgres cannot store NUL, and terminals would interpret escape sequences. */
function safeText(bytes: Buffer): string {
  return bytes.toString('utf8').replaceAll(/[^\P{C}\n\t]/gu, '\u{FFFD}');
}
