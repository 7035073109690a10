import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { Change } from './target-changes.js';

/** Stops decompression bombs: no callback body is larger. */
const maxOutputLength = 1_048_576;
const decompressors = { gzip: gunzipSync, deflate: inflateSync, br: brotliDecompressSync };

/** Yields the bodies that may have been compressed in transit to the received one. */
export function* decompressions(received: Buffer): Generator<Change<Buffer>> {
  for (const [encoding, decompress] of Object.entries(decompressors)) {
    const sent = attempt(() => decompress(received, { maxOutputLength }));
    if (sent) yield { sent, cause: `the body was compressed (${encoding}); OSS sends it plain` };
  }
}

function attempt(decompress: () => Buffer): Buffer | undefined {
  try {
    return decompress();
  } catch {
    return undefined;
  }
}
