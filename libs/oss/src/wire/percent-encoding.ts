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

/** The same for an object key or path, which keeps its `/`. */
export function percentEncodePath(path: string): string {
  return path.split('/').map(percentEncode).join('/');
}
