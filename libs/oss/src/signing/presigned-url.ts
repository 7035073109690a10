import type { OssCredentials } from './oss-request.js';
import { percentEncode, percentEncodePath } from '../wire/percent-encoding.js';
import {
  algorithmV4,
  canonicalRequestV4,
  formatDateV4,
  scopeV4,
  signV4,
  stringToSignV4,
} from './signature-v4.js';

export interface PresignedUrlRequest extends OssCredentials {
  /** Endpoint without the bucket, such as https://oss-cn-hangzhou.aliyuncs.com. */
  readonly endpoint: URL;
  /** Puts the bucket into the path instead of the host name. */
  readonly pathStyle: boolean;
  readonly bucket: string;
  readonly objectKey: string;
  readonly region: string;
  /** Lifetime of the URL in seconds, 1 to 604,800. */
  readonly expiresInS: number;
  /** Defaults to GET. */
  readonly method?: string;
  /** Further query parameters, such as `x-oss-process` or `callback`. */
  readonly query?: Record<string, string>;
  /** Headers that the client must send with exactly these values, such as content-type; lower-case names. */
  readonly headers?: Record<string, string>;
  readonly now?: Date;
}

/** Builds a URL with a V4 signature, which allows its holder this one request until it expires. Pure. */
export function presignUrlV4(request: PresignedUrlRequest): string {
  const { endpoint, pathStyle, bucket, objectKey, region, securityToken } = request;
  const date = formatDateV4(request.now ?? new Date());
  const query: Record<string, string> = {
    ...request.query,
    'x-oss-signature-version': algorithmV4,
    'x-oss-credential': `${request.accessKeyId}/${scopeV4(date, region)}`,
    'x-oss-date': date,
    'x-oss-expires': String(request.expiresInS),
  };
  if (securityToken) query['x-oss-security-token'] = securityToken;
  const canonical = canonicalRequestV4({
    method: request.method ?? 'GET',
    bucket,
    objectKey,
    query,
    headers: request.headers ?? {},
  });
  query['x-oss-signature'] = signV4(
    request.accessKeySecret,
    date,
    region,
    stringToSignV4(canonical, date, region),
  );
  const host = pathStyle ? `${endpoint.host}/${bucket}` : `${bucket}.${endpoint.host}`;
  const search = Object.entries(query).map(([name, value]) =>
    value === '' ? percentEncode(name) : `${percentEncode(name)}=${percentEncode(value)}`,
  );
  return `${endpoint.protocol}//${host}/${percentEncodePath(objectKey)}?${search.join('&')}`;
}
