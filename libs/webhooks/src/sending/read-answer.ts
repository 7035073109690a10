import type { Readable } from 'node:stream';

/** What is kept of an answer, and what is read of it at most: a connection may be used again only after its end. */
const keptBytes = 1_024;
const readMaxBytes = 16_384;
/** The status is known by now; nobody waits longer for words. */
const readMaxMs = 1_000;

/**
 * Reads how the body of an answer begins, as text without control characters. Whatever comes after
 * the bound in bytes or time is cut off together with the connection.
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
    // The status counts; a body that breaks off is shown as far as it came.
  } finally {
    clearTimeout(timer);
    body.destroy();
  }
  return safeText(Buffer.concat(kept));
}

/** Postgres keeps no NUL, and whoever prints an answer wants no escape sequences of a terminal. */
function safeText(bytes: Buffer): string {
  return bytes.toString('utf8').replaceAll(/[^\P{C}\n\t]/gu, '\u{FFFD}');
}
