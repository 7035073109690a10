import { createHash } from 'node:crypto';

/** The ETag of an object that was put in one piece: the MD5 of its bytes, upper-case hex, unquoted. */
export function etagOfMd5(md5: Buffer): string {
  return md5.toString('hex').toUpperCase();
}

/**
 * The ETag of a multipart object, unquoted: the MD5 of the parts' ETags written one after the other, `-`, their number.
 * (S3 hashes the binary digests instead.)
 */
export function etagOfParts(partEtags: readonly string[]): string {
  const md5 = createHash('md5').update(partEtags.map(normalizeEtag).join('')).digest();
  return `${etagOfMd5(md5)}-${partEtags.length}`;
}

/** An ETag without quotes (also such as XML escapes them) and in upper case. */
export function normalizeEtag(etag: string): string {
  return etag
    .trim()
    .replaceAll(/^(?:"|&quot;)+|(?:"|&quot;)+$/g, '')
    .toUpperCase();
}

/** The ETag as headers and listings show it. */
export function quoteEtag(etag: string): string {
  return `"${etag}"`;
}
