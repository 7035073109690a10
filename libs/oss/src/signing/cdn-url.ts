import { createHash } from 'node:crypto';
import { percentEncodePath } from '../wire/percent-encoding.js';

/** The types of URL signing that Alibaba Cloud CDN offers: where in a URL time and hash stand, and how they are written. */
type CdnUrlType = 'A' | 'B' | 'C';

export interface CdnUrlRequest {
  /** What comes before the key, such as https://media.example.com; may have a path. */
  readonly base: URL;
  readonly objectKey: string;
  readonly type: CdnUrlType;
  /** The key of URL signing, as the CDN has it. */
  readonly key: string;
  /** Seconds for which the CDN takes a signed URL after the time in it: the validity period that is set there. */
  readonly ttlS: number;
  readonly expiresAt: Date;
}

/** Type B counts minutes, and by the clock of Beijing. */
const minuteMs = 60_000;
const beijingMs = 8 * 3_600_000;

/**
 * Signs the URL of an object at Alibaba Cloud CDN, whose origin is the bucket. The CDN refuses it from the time in the URL plus
 * its own validity period on; so the time in it is that much earlier, even before now. Pure.
 * Source: help.aliyun.com, "URL signing", types A, B and C; https://github.com/AlibabaCloudDocs/cdn
 * @returns also when it really ends: of type B at a full minute, never later than asked
 */
export function signCdnUrl({ base, objectKey, type, key, ttlS, expiresAt }: CdnUrlRequest): {
  url: string;
  expiresAt: Date;
} {
  // The CDN hashes the path as it is sent.
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
      // A number at random and a user, of which the CDN makes nothing: without them equal URLs are equal.
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

/** What the CDN hashes with; there is no other. */
function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
