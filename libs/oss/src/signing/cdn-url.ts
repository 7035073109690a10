import { createHash } from 'node:crypto';
import { percentEncodePath } from '../wire/percent-encoding.js';

/** URL signing types of Alibaba Cloud CDN, which differ in the position and format of time and hash. */
type CdnUrlType = 'A' | 'B' | 'C';

export interface CdnUrlRequest {
  /** The URL before the object key, such as https://media.example.com; may have a path. */
  readonly base: URL;
  readonly objectKey: string;
  readonly type: CdnUrlType;
  /** The signing key configured at the CDN. */
  readonly key: string;
  /** Validity period configured at the CDN: seconds for which it accepts a URL after the time in it. */
  readonly ttlS: number;
  readonly expiresAt: Date;
}

/** Type B uses minutes, in Beijing time. */
const minuteMs = 60_000;
const beijingMs = 8 * 3_600_000;

/**
 * Signs the URL of an object on Alibaba Cloud CDN, whose origin is the bucket. The CDN rejects a URL once the time in
 * it plus the configured validity period has passed, so that time is `expiresAt` minus the period, possibly in the
 * past. Pure. Source: help.aliyun.com, "URL signing", types A, B and C; https://github.com/AlibabaCloudDocs/cdn
 * @returns also the actual expiry, never later than requested; for type B a full minute
 */
export function signCdnUrl({ base, objectKey, type, key, ttlS, expiresAt }: CdnUrlRequest): {
  url: string;
  expiresAt: Date;
} {
  // The CDN hashes the path as sent.
  const path = `${base.pathname.replace(/\/$/, '')}/${percentEncodePath(objectKey)}`;
  const unitMs = type === 'B' ? minuteMs : 1_000;
  const time = Math.floor((expiresAt.getTime() - ttlS * 1_000) / unitMs) * unitMs;
  return {
    url: `${base.origin}${signPath(path, { type, key, time })}`,
    expiresAt: new Date(time + ttlS * 1_000),
  };
}

function signPath(
  path: string,
  { type, key, time }: { type: CdnUrlType; key: string; time: number },
): string {
  const seconds = Math.floor(time / 1_000);
  switch (type) {
    case 'A': {
      // Random number and user id, which the CDN ignores; constants keep equal URLs equal.
      const stamp = `${seconds}-0-0`;
      return `${path}?auth_key=${stamp}-${md5(`${path}-${stamp}-${key}`)}`;
    }
    case 'B': {
      const stamp = new Date(time + beijingMs).toISOString().replaceAll(/\D/g, '').slice(0, 12);
      return `/${stamp}/${md5(`${key}${stamp}${path}`)}${path}`;
    }
    case 'C': {
      const stamp = seconds.toString(16).toUpperCase();
      return `/${md5(`${key}${path}${stamp}`)}/${stamp}${path}`;
    }
  }
}

/** The only hash that the CDN supports. */
function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
