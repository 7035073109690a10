import { describe, expect, test } from 'vitest';
import { readAddresses } from './bucket-address.js';

describe('readAddresses', () => {
  test.each([
    ['/b/a%20b', 'a b'],
    ['/b/a+b', 'a b'],
    ['/b/a%2Bb', 'a+b'],
    ['/b/a%252Bb', 'a%2Bb'],
    ['/b/x%2Fy//../z', 'x/y//../z'],
  ])('reads the key of %s', (rawPath, objectKey) => {
    expect(readAddresses('127.0.0.1:80', rawPath, 'localhost')).toEqual([{ bucket: 'b', objectKey }]);
  });
});
