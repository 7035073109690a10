import { hmacSha1Base64 } from './hmac.js';
import { headerLines, resourceOf, type OssCredentials, type OssRequest } from './oss-request.js';

/** Query parameters covered by a V1 signature, besides every name that begins with `x-oss-`. */
const subResources = new Set(
  `acl uploads location cors logging website referer lifecycle delete append tagging objectMeta uploadId partNumber
  security-token position img style styleName replication replicationProgress replicationLocation cname bucketInfo comp
  qos qosInfo live status vod startTime endTime symlink callback callback-var response-content-type
  response-content-language response-expires response-cache-control response-content-disposition
  response-content-encoding restore stat encryption versions versioning versionId policy policyStatus requestPayment
  asyncFetch sequential inventory inventoryId continuation-token worm wormId wormExtend transferAcceleration metaQuery
  resourceGroup regionList cloudboxes group link objectInfo vpcip vip accessPoint accessPointPolicy bucketArchiveDirectRead
  httpsConfig objectWorm processConfiguration publicAccessBlock qosRequester redundancyTransition requesterQosInfo resourcePool
  resourcePoolBuckets resourcePoolInfo responseHeader rtc seal udf udfApplication udfApplicationLog udfId udfImage
  udfImageDesc udfName withHashContext`.split(/\s+/),
);

/**
 * The string to sign of V1.
 * @param date value of header `x-oss-date` or `date`; in a signed URL the digits of `Expires`
 */
export function stringToSignV1(request: OssRequest, date: string): string {
  const { method, query, headers } = request;
  const signedQuery = Object.keys(query)
    .filter((name) => subResources.has(name) || name.startsWith('x-oss-'))
    .sort()
    .map((name) => (query[name] ? `${name}=${query[name]}` : name))
    .join('&');
  return [
    method,
    headers['content-md5'] ?? '',
    headers['content-type'] ?? '',
    date,
    headerLines(headers, (name) => name.startsWith('x-oss-')) +
      resourceOf(request) +
      (signedQuery && `?${signedQuery}`),
  ].join('\n');
}

/** base64(HMAC-SHA1(secret, text)): the signature of V1 requests and V1 form policies. */
export function signV1(accessKeySecret: string, text: string): string {
  return hmacSha1Base64(accessKeySecret, text);
}

/** Returns the headers that sign a request with V1. */
export function signRequestV1(
  request: OssRequest,
  { accessKeyId, accessKeySecret, securityToken }: OssCredentials,
  now = new Date(),
): Record<string, string> {
  const added: Record<string, string> = { date: now.toUTCString() };
  if (securityToken) added['x-oss-security-token'] = securityToken;
  const text = stringToSignV1(
    { ...request, headers: { ...request.headers, ...added } },
    request.headers['x-oss-date'] ?? now.toUTCString(),
  );
  return { ...added, authorization: `OSS ${accessKeyId}:${signV1(accessKeySecret, text)}` };
}
