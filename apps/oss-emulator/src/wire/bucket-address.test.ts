import { describe, expect, test } from 'vitest';
import { readAddresses } from './bucket-address.js';

const hosts = {
  publicUrl: new URL('http://oss.test:9000'),
  cnames: new Map([['media.example.com', 'bucket-1']]),
};

describe('readAddresses', () => {
  test.each([
    ['/b/a%20b', 'a b'],
    ['/b/a+b', 'a b'],
    ['/b/a%2Bb', 'a+b'],
    ['/b/a%252Bb', 'a%2Bb'],
    ['/b%2Fdir%2Fk', 'dir/k'],
    ['/b/x%2Fy//../z', 'x/y//../z'],
  ])('reads the key of %s', (rawPath, objectKey) => {
    expect(readAddresses('127.0.0.1:80', rawPath, hosts)).toEqual([{ bucket: 'b', objectKey }]);
  });

  test.each([
    ['bucket-1.localhost', '/a%2Fk'],
    ['bucket-1.localhost:9000', '/a/k'],
    ['Bucket-1.OSS.test:9000', '/a/k'],
    ['bucket-1.oss-cn-hangzhou.aliyuncs.com', '/a/k'],
    ['media.example.com', '/a%2Fk'],
    ['media.example.com:9000', '/a/k'],
    ['oss.test:9000', '/bucket-1/a/k'],
    ['[::1]:9000', '/bucket-1/a/k'],
    ['other.example.com', '/bucket-1/a/k'],
    ['oss-cn-hangzhou.aliyuncs.com', '/bucket-1/a/k'],
    ['undefined.oss-cn-hangzhou.aliyuncs.com', '/bucket-1/a/k'],
    ['', '/bucket-1/a/k'],
  ])('finds the bucket of %s%s', (host, rawPath) => {
    expect(readAddresses(host, rawPath, hosts)).toEqual([{ bucket: 'bucket-1', objectKey: 'a/k' }]);
  });

  test('knows that a bucket in the host may be meant twice', () => {
    expect(readAddresses('b-1.localhost', '/b-1/k', hosts)).toEqual([
      { bucket: 'b-1', objectKey: 'b-1/k' },
      { bucket: 'b-1', objectKey: 'k' },
    ]);
  });
});
