import { readPngChunks } from '../../decoders/containers/read-png.js';

/** The signature; and the chunks of the picture itself. An APNG becomes its still, as other renditions of it are. */
const signatureBytes = 8;
const picture: ReadonlySet<string> = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);

/**
 * A PNG with nothing but its picture. Colours that it reports are left out too: a picture that looks different without them
 * is found by its pixels.
 * @returns null for one with other chunks that it cannot be shown without, and for one without an end
 */
export function stripPng(file: Buffer): Buffer | null {
  const parts: Buffer[] = [file.subarray(0, signatureBytes)];
  for (const { type, whole } of readPngChunks(file)) {
    // Critical ones begin with a capital letter (W3C PNG, third edition, 5.4).
    if (!picture.has(type) && /^[A-Z]/.test(type)) return null;
    if (!picture.has(type)) continue;
    parts.push(whole);
    if (type === 'IEND') return Buffer.concat(parts);
  }
  return null;
}
