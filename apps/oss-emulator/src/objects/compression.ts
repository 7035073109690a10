const minBytes = 1024;
const types = new Set(
  `text/cache-manifest text/css text/html text/json text/plain text/xml application/javascript
  application/x-javascript application/json application/rss+xml`.split(/\s+/),
);

/**
 * The response headers for an object that OSS sends compressed with gzip: text of 1 KB or more that is not encoded
 * yet, requested as a whole by a client that accepts gzip. Undefined if it is sent as is.
 * @param answered the response headers without compression
 * @see https://www.alibabacloud.com/help/faq-detail/39645.html
 */
export function compressedHeaders(
  headers: Readonly<Record<string, string | undefined>>,
  answered: Readonly<Record<string, string>>,
  sizeBytes: number,
): Record<string, string> | undefined {
  const accepts = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(headers['accept-encoding'] ?? '');
  const [type = ''] = (answered['content-type'] ?? '').toLowerCase().split(/[;\s]/, 1);
  const isText = types.has(type) && answered['content-encoding'] === undefined;
  if (!accepts || !isText || sizeBytes < minBytes || headers['range'] !== undefined) return undefined;
  // These headers do not hold for the compressed bytes.
  const { etag: _etag, 'accept-ranges': _ranges, ...kept } = answered;
  return { ...kept, 'content-encoding': 'gzip' };
}
