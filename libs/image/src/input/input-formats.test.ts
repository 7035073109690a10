import { describe, expect, it } from 'vitest';
import { formatStartBytes, readableType } from './input-formats.js';

const typeOf = (text: string) => readableType(Buffer.from(text, 'latin1'));

describe('the type of a picture shows in its first bytes', () => {
  it.each([
    ['\xff\xd8\xff\xe0', 'image/jpeg'],
    ['RIFF\0\0\0\0WEBPVP8 ', 'image/webp'],
    ['GIF89a', 'image/gif'],
    ['MM\0*\0\0\0\x08', 'image/tiff'],
    ['II+\0\x08\0\0\0', 'image/tiff'],
    ['\0\0\0\x1cftypavif\0\0\0\0avifmif1', 'image/avif'],
    ['\0\0\0\x1cftypmif1\0\0\0\0mif1avif', 'image/avif'],
    ['\0\0\0\x1cftypmif1\0\0\0\0mif1heic', 'image/heic'],
    ['\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'image/heic'],
    ['\0\0\0\x18ftyphevc\0\0\0\0msf1hevc', 'image/heic'],
    ['\0\0\0\x18ftypmif1\0\0\0\0mif1miaf', 'image/heif'],
    ['\xff\x0a\x31\x41', 'image/jxl'],
    ['\0\0\0\x0cJXL \r\n\x87\n', 'image/jxl'],
    ['\0\0\0\x0cjP  \r\n\x87\n', 'image/jp2'],
    ['\xff\x4f\xff\x51\0\x2f', 'image/jp2'],
    ['%PDF-1.4', 'application/pdf'],
    ['\xef\xbb\xbf <svg>', 'image/svg+xml'],
    ['<?xml version="1.0"?><svg:svg xmlns:svg="http://www.w3.org/2000/svg">', 'image/svg+xml'],
    [`BM${'\0'.repeat(12)}\x28\0\0\0${'\0'.repeat(36)}`, 'image/bmp'],
  ])('%j', (start, type) => {
    expect(typeOf(start)).toBe(type);
  });

  it.each([
    '',
    'BM is short for something',
    'II*',
    '\0\0\0\x18ftypisom\0\0\0\0isomavc1',
    '\0\0\0\x18ftypqt  \0\0\0\0qt  ',
    '<!doctype html><svg>',
    '<html><svg></svg></html>',
    '{"svg":"<svg>"}',
    '<!-- <svg> -->',
    'see %PDF-1.4',
  ])('and %j is none', (start) => {
    expect(typeOf(start)).toBeUndefined();
  });

  it('whatever is put together to confuse it', () => {
    for (const part of [
      '<!---->',
      '<??>',
      '<!-- ',
      '<?',
      ' ',
      '<!DOCTYPE svg [',
      ']>',
      '<!DOCTYPE svg []><!---->',
      '<!--->-->',
      '%',
    ]) {
      expect(typeOf(part.repeat(formatStartBytes / part.length))).toBeUndefined();
      const doctype = `<!DOCTYPE svg [${part.repeat((formatStartBytes - 20) / part.length)}`;
      expect(typeOf(doctype)).toBeUndefined();
    }
  });
});
