import { readPngChunks } from '../../decoders/containers/read-png.js';

/** The chunks of the picture itself. An APNG becomes a still image, as in other renditions. */
const signatureBytes = 8;
const picture: ReadonlySet<string> = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);

/**
 * Strips a PNG to its picture, also of its colour chunks; if they matter, the later comparison of the pixels notices.
 * @returns null if it has other critical chunks or no end
 */
export function stripPng(file: Buffer): Buffer | null {
  const parts: Buffer[] = [file.subarray(0, signatureBytes)];
  for (const { type, whole } of readPngChunks(file)) {
    // Critical chunks start with a capital letter (W3C PNG, third edition, 5.4).
    if (!picture.has(type) && /^[A-Z]/.test(type)) return null;
    if (!picture.has(type)) continue;
    parts.push(whole);
    if (type === 'IEND') return Buffer.concat(parts);
  }
  return null;
}
