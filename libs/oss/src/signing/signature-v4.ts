import { hmacSha256, sha256Hex } from './hmac.js';
import { headerLines, resourceOf, type OssCredentials, type OssRequest } from './oss-request.js';
import { percentEncode, percentEncodePath } from '../wire/percent-encoding.js';

export const algorithmV4 = 'OSS4-HMAC-SHA256';
const unsignedPayload = 'UNSIGNED-PAYLOAD';

/** Formats a date for V4: `20260115T083000Z`. */
export function formatDateV4(date: Date): string {
  return `${date.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

/** Parses `20260115T083000Z`; undefined if the text is not such a date. */
export function parseDateV4(text: string): Date | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** The scope of a V4 signature, valid for a day and region: `20260115/cn-hangzhou/oss/aliyun_v4_request`. */
export function scopeV4(dateV4: string, region: string): string {
  return `${dateV4.slice(0, 8)}/${region}/oss/aliyun_v4_request`;
}

/** How a client signs an empty query value: most write `name`, ali-oss writes `name=`. */
export type EmptyValueForm = 'name' | 'name=';

/**
 * The canonical request of V4.
 * @param additionalHeaders names of headers signed besides content-type, content-md5 and `x-oss-*`; in any order
 */
export function canonicalRequestV4(
  request: OssRequest,
  additionalHeaders: readonly string[] = [],
  emptyValue: EmptyValueForm = 'name',
): string {
  const additional = [...new Set(additionalHeaders.map((name) => name.toLowerCase()))]
    .filter((name) => !isAlwaysSigned(name))
    .sort();
  const query = Object.entries(request.query)
    .filter(([name]) => name !== 'x-oss-signature')
    .map(([name, value]) => [percentEncode(name), percentEncode(value)] as const)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => (value === '' && emptyValue === 'name' ? name : `${name}=${value}`))
    .join('&');
  return [
    request.method,
    percentEncodePath(resourceOf(request)),
    query,
    headerLines(request.headers, (name) => isAlwaysSigned(name) || additional.includes(name)),
    additional.join(';'),
    unsignedPayload,
  ].join('\n');
}

function isAlwaysSigned(name: string): boolean {
  return name.startsWith('x-oss-') || name === 'content-type' || name === 'content-md5';
}

/**
 * The string to sign of a V4 request.
 * @param dateText the date as the client writes it, if not in the format of `x-oss-date`
 */
export function stringToSignV4(
  canonicalRequest: string,
  dateV4: string,
  region: string,
  dateText = dateV4,
): string {
  return [algorithmV4, dateText, scopeV4(dateV4, region), sha256Hex(canonicalRequest)].join('\n');
}

/**
 * hex(HMAC-SHA256(key for day and region, text)): the signature of V4 requests and V4 form policies.
 * @param dateV4 `x-oss-date`, or only its day
 */
export function signV4(accessKeySecret: string, dateV4: string, region: string, text: string): string {
  return hmacSha256(signingKeyOf(accessKeySecret, dateV4.slice(0, 8), region), text).toString('hex');
}

/** Caches the last key: listing uploads signs hundreds of URLs with the same one. */
let lastKey: { secret: string; day: string; region: string; key: Buffer } | undefined;

function signingKeyOf(secret: string, day: string, region: string): Buffer {
  if (lastKey?.secret === secret && lastKey.day === day && lastKey.region === region) return lastKey.key;
  const ofDay = hmacSha256(`aliyun_v4${secret}`, day);
  const key = hmacSha256(hmacSha256(hmacSha256(ofDay, region), 'oss'), 'aliyun_v4_request');
  lastKey = { secret, day, region, key };
  return key;
}

/** Returns the headers that sign a request with V4. */
export function signRequestV4(
  request: OssRequest,
  { accessKeyId, accessKeySecret, securityToken }: OssCredentials,
  region: string,
  now = new Date(),
): Record<string, string> {
  const date = formatDateV4(now);
  const added: Record<string, string> = { 'x-oss-date': date, 'x-oss-content-sha256': unsignedPayload };
  if (securityToken) added['x-oss-security-token'] = securityToken;
  const canonical = canonicalRequestV4({ ...request, headers: { ...request.headers, ...added } });
  const signature = signV4(accessKeySecret, date, region, stringToSignV4(canonical, date, region));
  const credential = `${accessKeyId}/${scopeV4(date, region)}`;
  return { ...added, authorization: `${algorithmV4} Credential=${credential},Signature=${signature}` };
}
