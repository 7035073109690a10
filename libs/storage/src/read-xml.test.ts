import { describe, expect, test } from 'vitest';
import { readErrorCode, readListedKeys } from './read-xml.js';

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

describe('the keys of a list', () => {
  const list = (...inner: string[]) => `<ListBucketResult>${inner.join('')}</ListBucketResult>`;
  const contents = (key: string) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`;

  test('are decoded, in their order', () => {
    const text = list('<Prefix>a</Prefix>', contents('a%2F%E7%9B%AE%26'), contents('007'), contents('true'));
    expect(readListedKeys(text)).toEqual(['a/目&', '007', 'true']);
    expect(readListedKeys(list(contents('one')))).toEqual(['one']);
    expect(readListedKeys(list())).toEqual([]);
    expect(readListedKeys('<ListBucketResult/>')).toEqual([]);
  });

  test.each([
    ['half a list', list(contents('a'), contents('b')).slice(0, -30)],
    ['another document', '<Error><Code>NoSuchBucket</Code></Error>'],
    ['no document', 'OK'],
  ])('are refused of %s', (_, text) => expect(() => readListedKeys(text)).toThrow('not a complete'));
});
