import { invalidArgument } from '#oss';

/** Bucket and key of a request. Both are empty for the service; the key is empty for a bucket. */
export interface BucketAddress {
  readonly bucket: string;
  readonly objectKey: string;
}

const ossHost = /^(?:([^.]*)\.)?oss-[a-z0-9-]+\.aliyuncs\.com$/;

/** The host names that identify buckets, in lower case. */
export interface BucketHosts {
  readonly publicUrl: URL;
  /** Bucket names by custom domain name (CNAME). */
  readonly cnames: ReadonlyMap<string, string>;
}

/**
 * Returns the possible interpretations of a request, best first. The bucket is in the host name
 * (`<bucket>.localhost`, `<bucket>.<public host>`, `<bucket>.oss-….aliyuncs.com`, or a CNAME, whatever address was
 * connected to) or is the first path segment. ali-oss on an IP endpoint with `sldEnable` does both at once; then only
 * the signature can decide, so two interpretations are returned.
 * @param host value of the Host header
 * @param rawPath path as received; decoded once (`+` is a space), never normalised
 * @throws OssRefusal InvalidArgument
 */
export function readAddresses(host: string, rawPath: string, hosts: BucketHosts): BucketAddress[] {
  const hostname = host.replace(/:\d+$/, '').toLowerCase();
  const path = decodePath(rawPath).slice(1);
  const byPath = splitPath(path);
  const bucket = bucketOfHost(hostname, hosts);
  if (bucket === undefined) return [byPath];
  const byHost = { bucket, objectKey: path };
  return byPath.bucket === bucket ? [byHost, byPath] : [byHost];
}

function bucketOfHost(hostname: string, { publicUrl, cnames }: BucketHosts): string | undefined {
  const oss = ossHost.exec(hostname);
  // For requests to the service, ali-oss sends a host without a bucket or with `undefined`.
  if (oss) return oss[1] && oss[1] !== 'undefined' ? oss[1] : undefined;
  for (const parent of ['localhost', publicUrl.hostname])
    if (hostname.endsWith(`.${parent}`)) return hostname.slice(0, -parent.length - 1);
  return cnames.get(hostname);
}

function splitPath(path: string): BucketAddress {
  const slashAt = path.indexOf('/');
  return slashAt < 0
    ? { bucket: path, objectKey: '' }
    : { bucket: path.slice(0, slashAt), objectKey: path.slice(slashAt + 1) };
}

function decodePath(rawPath: string): string {
  try {
    // OSS decodes `+` as a space in paths too (clients send a plus as `%2B`); its Go SDK 1.5 encodes spaces this way.
    return decodeURIComponent(rawPath.replaceAll('+', ' '));
  } catch {
    throw invalidArgument('The path is not percent-encoded UTF-8.', undefined, { ArgumentName: 'path' });
  }
}
