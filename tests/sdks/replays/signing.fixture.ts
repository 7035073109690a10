import { createHash, createHmac } from 'node:crypto';
import { readHeaders } from './raw-request.fixture.js';

/** Query parameters of these requests that V1 signs. */
const signedByV1 = new Set(['partNumber', 'uploadId', 'uploads']);

interface Signing {
  region: string;
  accessKeySecret: string;
  /** `/bucket/key`, as it is before it is encoded. */
  resource: string;
  /** Of a signed URL: seconds since 1970. */
  expires: string;
}

/**
 * The signature of V1 over a request whose head is complete but for it, as the three SDKs compute it
 * from the headers and parameters that they are about to send.
 */
export function signatureV1(head: string, { accessKeySecret, resource, expires }: Signing): string {
  const { method, query, headers, isUrl } = parse(head);
  const signedQuery = [...query]
    .filter(([name]) => signedByV1.has(name))
    .toSorted(byName)
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .join('&');
  const date = isUrl ? expires : (headers.get('date') ?? '');
  const text = [
    method,
    headers.get('content-md5') ?? '',
    headers.get('content-type') ?? '',
    date,
    ...ossHeaders(headers).map(([name, value]) => `${name}:${value}`),
    resource + (signedQuery && `?${signedQuery}`),
  ].join('\n');
  return createHmac('sha1', accessKeySecret).update(text).digest('base64');
}

/** The same for V4: Android takes the time from `Date`, the others from `x-oss-date`. */
export function signatureV4(head: string, { region, accessKeySecret, resource }: Signing): string {
  const { method, query, headers } = parse(head);
  const signedHeaders = [...headers]
    .filter(([name]) => name === 'content-type' || name === 'content-md5' || name.startsWith('x-oss-'))
    .toSorted(byName);
  const canonicalQuery = [...query]
    .filter(([name]) => name !== 'x-oss-signature')
    .map(([name, value]): [string, string] => [percent(name), percent(value)])
    .toSorted(byName)
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .join('&');
  const canonical = [
    method,
    percentButSlash(resource),
    canonicalQuery,
    ...signedHeaders.map(([name, value]) => `${name}:${value}`),
    '',
    '',
    'UNSIGNED-PAYLOAD',
  ].join('\n');
  const date = query.get('x-oss-date') ?? headers.get('x-oss-date') ?? headers.get('date') ?? '';
  const day = date.slice(0, 8);
  const text = [
    'OSS4-HMAC-SHA256',
    date,
    `${day}/${region}/oss/aliyun_v4_request`,
    createHash('sha256').update(canonical).digest('hex'),
  ].join('\n');
  const key = [day, region, 'oss', 'aliyun_v4_request'].reduce(
    (secret: string | Buffer, part) => createHmac('sha256', secret).update(part).digest(),
    `aliyun_v4${accessKeySecret}`,
  );
  return createHmac('sha256', key).update(text).digest('hex');
}

/** Percent-encodes all but letters, digits and `-_.~`, as all three SDKs do. */
export const percent = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

export const percentButSlash = (text: string): string => text.split('/').map(percent).join('/');

function parse(head: string) {
  const [first = '', ...lines] = head.trimEnd().split('\r\n');
  const [method = '', target = ''] = first.split(' ');
  const [, search = ''] = target.split('?');
  const pairs = search.split('&').map((pair): [string, string] => {
    const equals = pair.includes('=') ? pair.indexOf('=') : pair.length;
    return [decodeURIComponent(pair.slice(0, equals)), decodeURIComponent(pair.slice(equals + 1))];
  });
  const query = new Map(search === '' ? [] : pairs);
  const headers = readHeaders(lines.filter((line) => !line.startsWith('Authorization:')));
  return { method, query, headers, isUrl: query.has('Expires') };
}

const ossHeaders = (headers: Map<string, string>) =>
  [...headers].filter(([name]) => name.startsWith('x-oss-')).toSorted(byName);

const byName = ([left]: [string, string], [right]: [string, string]) => (left < right ? -1 : 1);
