import { createHash } from 'node:crypto';

/** The ETag of an object uploaded in one piece: the MD5 of its bytes, upper-case hex, unquoted. */
export function etagOfMd5(md5: Buffer): string {
  return md5.toString('hex').toUpperCase();
}

/**
 * The ETag of a multipart object, unquoted: the MD5 of the concatenated hex ETags of the parts, `-`, and the number of
 * parts. (S3 hashes the binary digests instead.)
 */
export function etagOfParts(partEtags: readonly string[]): string {
  const md5 = createHash('md5').update(partEtags.map(normalizeEtag).join('')).digest();
  return `${etagOfMd5(md5)}-${partEtags.length}`;
}

/** Removes the quotes of an ETag (also XML-escaped ones) and converts it to upper case. */
export function normalizeEtag(etag: string): string {
  return etag
    .trim()
    .replaceAll(/^(?:"|&quot;)+|(?:"|&quot;)+$/g, '')
    .toUpperCase();
}

/** The ETag as it appears in headers and listings. */
export function quoteEtag(etag: string): string {
  return `"${etag}"`;
}
