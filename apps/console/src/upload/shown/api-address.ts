/**
 * The link of a stream at the origin of this page: the api writes it with its public URL, under which this page may not be open.
 * What is in the bucket stays as it is.
 */
export function apiAddress(url: string): string {
  const { pathname, search } = new URL(url, location.origin);
  return pathname.startsWith('/v1/streams/') ? `${location.origin}${pathname}${search}` : url;
}
