/** Decoders for text in picture metadata, which may have any length and encoding. */
const utf8 = new TextDecoder('utf-8', { fatal: true });
const western = new TextDecoder('windows-1252');

/** Decodes UTF-8, or else windows-1252, which old cameras and editors write. Ends at the first NUL. */
export function decodeText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const text = end < 0 ? bytes : bytes.subarray(0, end);
  try {
    return utf8.decode(text).trim();
  } catch {
    // Text that is not UTF-8 is in an unknown single-byte encoding.
    return western.decode(text).trim();
  }
}

/**
 * Printable text of at most `maxLength` characters, or null if nothing remains. Well-formed, because Postgres accepts
 * neither NUL nor a lone surrogate.
 */
export function plainText(value: unknown, maxLength: number): string | null {
  if (typeof value !== 'string') return null;
  return (
    value
      .slice(0, 4 * maxLength)
      .replaceAll(/\p{Cc}+/gu, ' ')
      .trim()
      .slice(0, maxLength)
      .toWellFormed()
      .trim() || null
  );
}
