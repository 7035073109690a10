import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type CdnUrlRequest, signCdnUrl } from './cdn-url.js';

const key = 'aliyuncdnexp1234';
const request = (more: Partial<CdnUrlRequest>): CdnUrlRequest => ({
  base: new URL('http://cdn.example.com'),
  objectKey: 'test.flv',
  type: 'A',
  key,
  ttlS: 1_800,
  expiresAt: new Date(),
  ...more,
});

// The examples of Alibaba Cloud's documentation, with the hashes that it prints.
test.each<[CdnUrlRequest['type'], string, string, string]>([
  [
    'A',
    'video/standard/1K.html',
    '2015-10-10T00:00:00Z',
    'http://cdn.example.com/video/standard/1K.html?auth_key=1444435200-0-0-80cd3862d699b7118eed99103f2a3a4f',
  ],
  [
    'B',
    '4/44/44c0909bcfc20a01afaf256ca99a8b8b.mp3',
    '2015-08-15T00:00:00Z',
    'http://cdn.example.com/201508150800/9044548ef1527deadafa49a890a377f0/4/44/44c0909bcfc20a01afaf256ca99a8b8b.mp3',
  ],
  [
    'C',
    'test.flv',
    '2015-08-15T00:00:00Z',
    'http://cdn.example.com/a37fa50a5fb8f71214b1e7c95ec7a1bd/55CE8100/test.flv',
  ],
])('type %s signs the example of the documentation', (type, objectKey, time, url) => {
  const signedAt = new Date(time);
  const expiresAt = new Date(signedAt.getTime() + 1_800_000);
  expect(signCdnUrl(request({ type, objectKey, expiresAt }))).toEqual({ url, expiresAt });
});

/** What the CDN does with a request, by its documentation: gives the path it asks the origin for, or refuses. */
function admit(url: string, type: CdnUrlRequest['type'], { now, ttlS }: { now: Date; ttlS: number }): string {
  const { pathname, searchParams } = new URL(url);
  const md5 = (text: string) => createHash('md5').update(text).digest('hex');
  const check = (given: string, text: string, seconds: number) => {
    if (given !== md5(text)) throw new Error('wrong hash');
    if (seconds + ttlS < now.getTime() / 1_000) throw new Error('expired');
  };
  if (type === 'A') {
    const [time = '', rand, uid, hash = ''] = (searchParams.get('auth_key') ?? '').split('-');
    check(hash, `${pathname}-${time}-${rand}-${uid}-${key}`, Number(time));
    return pathname;
  }
  const [, one = '', other = '', ...rest] = pathname.split('/');
  const path = `/${rest.join('/')}`;
  if (type === 'C') check(one, `${key}${path}${other}`, Number.parseInt(other, 16));
  else {
    const [, year, month, day, hour, minute] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(one) ?? [];
    const beijing = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:00+08:00`);
    check(other, `${key}${one}${path}`, beijing / 1_000);
  }
  return path;
}

test.each(['A', 'B', 'C'] as const)('a URL of type %s holds until it says, and no second longer', (type) => {
  for (const ttlS of [1, 1_800, 86_400]) {
    const asked = new Date('2026-03-01T00:00:31Z');
    const { url, expiresAt } = signCdnUrl(request({ type, ttlS, expiresAt: asked }));
    expect(expiresAt.getTime()).toBeLessThanOrEqual(asked.getTime());
    expect(asked.getTime() - expiresAt.getTime()).toBeLessThan(type === 'B' ? 60_000 : 1_000);
    expect(admit(url, type, { now: expiresAt, ttlS })).toBe('/test.flv');
    const later = new Date(expiresAt.getTime() + 1_000);
    expect(() => admit(url, type, { now: later, ttlS })).toThrow('expired');
  }
});

test.each(['A', 'B', 'C'] as const)(
  'type %s signs a key percent-encoded, below the path of the CDN',
  (type) => {
    const objectKey = 'ren/a b+c%20?x=1#目录\'()*!&"é/..png';
    const base = new URL('https://cdn.example.com:8443/media/');
    const { url, expiresAt } = signCdnUrl(request({ type, objectKey, base }));
    const path = admit(url, type, { now: expiresAt, ttlS: 1_800 });
    expect(url.startsWith('https://cdn.example.com:8443/')).toBe(true);
    expect(path.startsWith('/media/ren/a%20b%2Bc%2520%3Fx%3D1%23')).toBe(true);
    expect(decodeURIComponent(path)).toBe(`/media/${objectKey}`);
  },
);

test.each(['A', 'B', 'C'] as const)(
  'a URL of type %s opens nothing else, and no other key opens it',
  (type) => {
    const { url, expiresAt } = signCdnUrl(request({ type }));
    const at = { now: expiresAt, ttlS: 1_800 };
    expect(() => admit(url.replace('test.flv', 'rest.flv'), type, at)).toThrow('wrong hash');
    const forged = signCdnUrl(request({ type, key: 'aliyuncdnexp1235', expiresAt }));
    expect(() => admit(forged.url, type, at)).toThrow('wrong hash');
  },
);
