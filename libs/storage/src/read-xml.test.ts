import { describe, expect, test } from 'vitest';
import { readErrorCode, readListing } from './read-xml.js';

describe('the code of an error document', () => {
  test('is read', () => {
    const text =
      '<?xml version="1.0"?>\n<Error>\n  <Code>NoSuchKey</Code>\n  <Key>a &amp; b</Key>\n</Error>\n';
    expect(readErrorCode(text)).toBe('NoSuchKey');
  });

  test.each([
    ['nothing', ''],
    ['a page of a proxy', '<html><body><h1>502</h1><br></body></html>'],
    ['half a document', '<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Mess'],
    ['a code that is none', '<Error><Code>No such key, dear \u001b[31mreader</Code></Error>'],
    ['a code with children', '<Error><Code><a>b</a></Code></Error>'],
    ['two codes', '<Error><Code>One</Code><Code>Two</Code></Error>'],
    ['an entity of its own', '<!DOCTYPE x [<!ENTITY a "NoSuchKey">]><Error><Code>&a;</Code></Error>'],
  ])('is empty for %s', (_, text) => expect(readErrorCode(text)).toBe(''));
});

describe('a page of a listing', () => {
  const list = (...inner: string[]) => `<ListBucketResult>${inner.join('')}</ListBucketResult>`;
  const contents = (key: string) =>
    `<Contents><Key>${key}</Key><LastModified>2026-11-28T12:00:00.000Z</LastModified><ETag>"5b3c1a2e"</ETag><Size>7</Size></Contents>`;
  const keysOf = (text: string) => readListing(text).objects.map(({ objectKey }) => objectKey);

  test('has its objects in their order, the keys decoded', () => {
    const text = list('<Prefix>a</Prefix>', contents('a%2F%E7%9B%AE%26'), contents('007'), contents('true'));
    expect(keysOf(text)).toEqual(['a/目&', '007', 'true']);
    expect(readListing(list(contents('one')))).toEqual({
      objects: [
        {
          objectKey: 'one',
          etag: '5B3C1A2E',
          sizeBytes: 7,
          lastModified: new Date('2026-11-28T12:00:00Z'),
        },
      ],
      nextToken: null,
    });
    const quoted = contents('one').replaceAll('"', '&#x22;');
    expect(readListing(list(quoted)).objects[0]?.etag).toBe('5B3C1A2E');
    expect(keysOf(list())).toEqual([]);
    expect(keysOf('<ListBucketResult/>')).toEqual([]);
  });

  test('goes on where it says, however short it is', () => {
    const next = '<IsTruncated>true</IsTruncated><NextContinuationToken>CgJiYw--</NextContinuationToken>';
    expect(readListing(list(next))).toEqual({ objects: [], nextToken: 'CgJiYw--' });
    expect(readListing(list(contents('a'), next.replace('true', 'false'))).nextToken).toBeNull();
    expect(() => readListing(list('<IsTruncated>true</IsTruncated>'))).toThrow('has no continuation token');
  });

  test.each([
    ['half a list', list(contents('a'), contents('b')).slice(0, -30)],
    ['another document', '<Error><Code>NoSuchBucket</Code></Error>'],
    ['no document', 'OK'],
  ])('is refused of %s', (_, text) => expect(() => readListing(text)).toThrow('not a complete'));
});
