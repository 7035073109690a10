import { describe, expect, test } from 'vitest';
import { readXml } from './xml.js';

describe('readXml', () => {
  test.each([
    ['&#34;AB&#34;', '"AB"'],
    ['&#x22;AB&quot;', '"AB"'],
    ['a&#38;lt;b&amp;lt;c', 'a&lt;b&lt;c'],
    ['&#x1F600;&#xA;x', '😀\nx'],
    ['&#01;&#31;&#x7f;', '\u0001\u001F\u007F'],
    ['&#x110000;&nbsp;', '&#x110000;&nbsp;'],
  ])('decodes the references of %s once', (text, value) => {
    const { Part: parts } = readXml(
      `<CompleteMultipartUpload><Part><ETag>${text}</ETag></Part></CompleteMultipartUpload>`,
      'CompleteMultipartUpload',
    );
    expect(parts).toEqual([{ ETag: value }]);
  });
});
