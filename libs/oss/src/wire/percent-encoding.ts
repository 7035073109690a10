/**
 * Percent-encodes everything but `A-Z a-z 0-9 - _ . ~` (RFC 3986), as V4 signatures and callback
 * bodies require.
 */
export function percentEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Percent-encodes an object key or path, keeping its `/`. */
export function percentEncodePath(path: string): string {
  return path.split('/').map(percentEncode).join('/');
}
