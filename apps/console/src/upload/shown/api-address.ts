/**
 * Rewrites the URL of a stream to the origin of this page, since the api's public URL may not be the one in use. URLs
 * of objects in the bucket stay unchanged.
 */
export function apiAddress(url: string): string {
  const { pathname, search } = new URL(url, location.origin);
  return pathname.startsWith('/v1/streams/') ? `${location.origin}${pathname}${search}` : url;
}
