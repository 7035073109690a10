import { invalidArgument } from '#oss';

/** Bucket and key that a request names; both empty at the service, the key empty at a bucket. */
export interface BucketAddress {
  readonly bucket: string;
  readonly objectKey: string;
}

const ossHost = /^(?:([^.]*)\.)?oss-[a-z0-9-]+\.aliyuncs\.com$/;

/**
 * How a request may be read, best reading first. The bucket stands in the host name (`<bucket>.localhost`,
 * `<bucket>.<public host>`, `<bucket>.oss-….aliyuncs.com`, whatever address was connected to) or leads the path. ali-oss on
 * an IP endpoint with `sldEnable` does both at once: only the signature tells then, so there are two readings.
 * @param host value of the Host header
 * @param rawPath path as received; decoded once (`+` is a space), never normalised
 * @throws OssRefusal InvalidArgument
 */
export function readAddresses(host: string, rawPath: string, publicHostname: string): BucketAddress[] {
  const hostname = host.replace(/:\d+$/, '').toLowerCase();
  const path = decodePath(rawPath).slice(1);
  const byPath = splitPath(path);
  const bucket = bucketOfHost(hostname, publicHostname);
  if (bucket === undefined) return [byPath];
  const byHost = { bucket, objectKey: path };
  return byPath.bucket === bucket ? [byHost, byPath] : [byHost];
}

function bucketOfHost(hostname: string, publicHostname: string): string | undefined {
  const oss = ossHost.exec(hostname);
  // ali-oss writes no bucket or `undefined` where it means the service.
  if (oss) return oss[1] && oss[1] !== 'undefined' ? oss[1] : undefined;
  for (const parent of ['localhost', publicHostname])
    if (hostname.endsWith(`.${parent}`)) return hostname.slice(0, -parent.length - 1);
  return undefined;
}

function splitPath(path: string): BucketAddress {
  const slashAt = path.indexOf('/');
  return slashAt < 0
    ? { bucket: path, objectKey: '' }
    : { bucket: path.slice(0, slashAt), objectKey: path.slice(slashAt + 1) };
}

function decodePath(rawPath: string): string {
  try {
    // OSS reads `+` as a space in paths too; clients write `%2B`. Its Go SDK 1.5 writes a space so.
    return decodeURIComponent(rawPath.replaceAll('+', ' '));
  } catch {
    throw invalidArgument('The path is not percent-encoded UTF-8.', undefined, { ArgumentName: 'path' });
  }
}
