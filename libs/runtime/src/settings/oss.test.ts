import { expect, test } from 'vitest';
import { loadConfig } from '../load-config.js';

const env = {
  OSS_ENDPOINT: 'https://oss-cn-hangzhou.aliyuncs.com',
  OSS_REGION: 'cn-hangzhou',
  OSS_BUCKETS: 'photos',
  OSS_ACCESS_KEY_ID: 'id',
  OSS_ACCESS_KEY_SECRET: 'secret',
};
const cdn = { OSS_CDN_URL: 'https://media.example.com', OSS_CDN_KEY: 'aliyuncdnexp1234' };

test('a CDN is described by its URL and key; type and validity period are those of its console', () => {
  expect(loadConfig(['oss'], { ...env, ...cdn }).oss).toMatchObject({
    cdnUrl: 'https://media.example.com',
    cdnKey: 'aliyuncdnexp1234',
    cdnType: 'A',
    cdnTtlS: 1_800,
  });
  expect(loadConfig(['oss'], env).oss.cdnUrl).toBeUndefined();
  const several = { ...env, ...cdn, OSS_BUCKETS: 'a-1,b-1', OSS_CDN_URL: 'https://{bucket}.example.com/x' };
  expect(loadConfig(['oss'], several).oss.cdnUrl).toBe('https://{bucket}.example.com/x');
});

test.each([
  [{ OSS_CDN_URL: 'https://media.example.com' }, 'OSS_CDN_KEY: must be set with OSS_CDN_URL'],
  [{ OSS_CDN_KEY: 'aliyuncdnexp1234' }, 'OSS_CDN_URL: must be set with OSS_CDN_KEY'],
  [{ ...cdn, OSS_CDN_URL: 'media.example.com' }, 'OSS_CDN_URL: must be an http'],
  [{ ...cdn, OSS_CDN_URL: 'ftp://media.example.com' }, 'OSS_CDN_URL: must be an http'],
  [{ ...cdn, OSS_CDN_URL: 'https://u:p@media.example.com' }, 'OSS_CDN_URL: must be an http'],
  [{ ...cdn, OSS_CDN_URL: 'https://media.example.com/?a=1' }, 'OSS_CDN_URL: must be an http'],
  [{ ...cdn, OSS_CDN_URL: 'https://{other}.example.com' }, 'OSS_CDN_URL: must be an http'],
  [{ ...cdn, OSS_BUCKETS: 'a-1,b-1' }, 'OSS_CDN_URL: must contain {bucket}'],
  [{ ...cdn, OSS_CDN_KEY: 'not a key' }, 'OSS_CDN_KEY: must be a key'],
  [{ ...cdn, OSS_CDN_TYPE: 'D' }, 'OSS_CDN_TYPE: must be A, B or C'],
  [{ ...cdn, OSS_CDN_TYPE: 'B', OSS_URL_LIFETIME_S: '60' }, 'OSS_URL_LIFETIME_S: must be at least 120'],
  [{ ...cdn, OSS_CDN_TTL_S: '0' }, 'OSS_CDN_TTL_S: '],
])('%o is refused', (more, message) => {
  expect(() => loadConfig(['oss'], { ...env, ...more })).toThrow(message);
});
