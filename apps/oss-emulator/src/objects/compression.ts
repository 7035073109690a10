const minBytes = 1024;
const types = new Set(
  `text/cache-manifest text/css text/html text/json text/plain text/xml application/javascript
  application/x-javascript application/json application/rss+xml`.split(/\s+/),
);

/**
 * The headers of an object that OSS sends compressed with gzip: a text of 1 KB or more that is not
 * encoded yet, to a client that takes gzip and wants all of it. Undefined if it is sent as it is.
 * @param answered the headers of the answer without compression
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
  // Of the bytes that are sent, none of these is true.
  const { etag: _etag, 'accept-ranges': _ranges, ...kept } = answered;
  return { ...kept, 'content-encoding': 'gzip' };
}
