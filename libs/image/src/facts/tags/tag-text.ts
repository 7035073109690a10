/** Texts as programs along the way left them in a picture: of any length, in any encoding. */
const utf8 = new TextDecoder('utf-8', { fatal: true });
const western = new TextDecoder('windows-1252');

/** UTF-8 where it is, else Windows' western letters, which old cameras and editors write. Ends at the first NUL. */
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

/** Printable text of a bounded length, or null. Well-formed: Postgres takes neither NUL nor half a surrogate pair. */
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
