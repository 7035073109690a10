import { loadConfig } from '#runtime';
import type { SignRendition } from '#uploads';
import { expect, test } from 'vitest';
import { namesContentOf } from '../http/entity-tags.js';
import { UploadTags } from './upload-tags.js';

const env = {
  LANDFALL_ENV: 'development',
  API_KEYS: 'a-key-of-a-test',
  API_LINK_SECRET: 'l'.repeat(32),
  OSS_ENDPOINT: 'https://oss-cn-hangzhou.aliyuncs.com',
  OSS_REGION: 'cn-hangzhou',
  OSS_BUCKETS: 'landfall',
  OSS_ACCESS_KEY_ID: 'id',
  OSS_ACCESS_KEY_SECRET: 'secret',
  // The half of it does not end while the test runs.
  OSS_URL_LIFETIME_S: '604800',
};
const tagsWith = (more: Record<string, string> = {}) =>
  new UploadTags(loadConfig(['oss', 'http'], { ...env, ...more }));
const showUrl = (sign: SignRendition) =>
  sign({ id: 'u', bucket: 'landfall' }, { objectKey: 'a.webp' } as Parameters<SignRendition>[1]);

test.each<Record<string, string>>([
  { API_LINK_SECRET: 'm'.repeat(32) },
  { API_PUBLIC_URL: 'https://media.example.com' },
  { OSS_ACCESS_KEY_SECRET: 'another' },
  { OSS_CDN_URL: 'https://cdn.example.com', OSS_CDN_KEY: 'aliyuncdnexp1234' },
])('with %j URLs are others, and so are the tags, but not what is shown', (more) => {
  const [before, after] = [tagsWith().of(showUrl), tagsWith(more).of(showUrl)];
  expect(after).not.toBe(before);
  expect(tagsWith(more).of(showUrl)).toBe(after);
  expect(namesContentOf(after, before)).toBe(true);
  expect(tagsWith(more).of(() => 'no URL')).toBe(tagsWith().of(() => 'no URL'));
});
