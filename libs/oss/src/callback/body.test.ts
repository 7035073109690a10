import { describe, expect, test } from 'vitest';
import { readCallbackBody } from '#oss';

const formType = 'application/x-www-form-urlencoded';
const form = (text: string) => readCallbackBody(formType, Buffer.from(text));
const json = (value: unknown) =>
  readCallbackBody(
    'application/json',
    Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
  );
const refusal = (code: string, detail = /(?:)/) =>
  expect.objectContaining({ code: `callback.${code}`, detail: expect.stringMatching(detail) });
const needed = 'bucket=b1&object=a.jpg&etag=0A1B&size=5';

describe('a form body', () => {
  test('as the official sample sends it', () => {
    expect(
      form(
        'bucket=callback-test&object=test.txt&etag=D8E8FCA2DC0F896FD7CB4CB0031BA249&size=5&mimeType=text%2Fplain' +
          '&imageInfo.height=&imageInfo.width=&imageInfo.format=&x:var1=for-callback-test',
      ),
    ).toEqual({
      bucket: 'callback-test',
      objectKey: 'test.txt',
      etag: 'D8E8FCA2DC0F896FD7CB4CB0031BA249',
      sizeBytes: 5,
      mimeType: 'text/plain',
      imageInfo: null,
      vars: { var1: 'for-callback-test' },
    });
  });

  test('with every system variable', () => {
    const object = form(
      `${needed}&mimeType=image/jpeg&imageInfo.height=278&imageInfo.width=200&imageInfo.format=jpg&crc64=11051210869376104954` +
        '&contentMd5=&vpcId=&clientIp=203.0.113.7&reqId=5CF3E7821AB22D0FDB86704D&operation=PutObject&x:uid=&tag=cats',
    );
    expect(object.imageInfo).toEqual({ width: 200, height: 278, format: 'jpg' });
    expect(object.vars).toEqual({
      crc64: '11051210869376104954',
      clientIp: '203.0.113.7',
      reqId: '5CF3E7821AB22D0FDB86704D',
      operation: 'PutObject',
      uid: '',
      tag: 'cats',
    });
  });

  test('with UTF-8 keys, %20, + and reserved characters', () => {
    expect(form(`bucket=b1&object=%E7%9B%AE%2Fa%20b+c%2Bd%26e%3Df.jpg&etag=E&size=1`).objectKey).toBe(
      '目/a b c+d&e=f.jpg',
    );
    expect(form(`bucket=b1&object=目/图.jpg&etag=E&size=1`).objectKey).toBe('目/图.jpg');
    expect(form(`${needed}&x:name=a=b=c`).vars).toEqual({ name: 'a=b=c' });
  });

  test('with an ETag in quotes or lower case', () => {
    expect(form('bucket=b&object=o&size=1&etag=%220a1b-3%22').etag).toBe('0A1B-3');
  });

  test.each(['object', 'objectKey', 'key', 'filename'])('that calls the key %s', (name) => {
    expect(form(`bucket=b&${name}=a%2Fb&fileSize=7&eTag=E&contentType=a%2Fb&height=3&width=4`)).toMatchObject(
      {
        objectKey: 'a/b',
        sizeBytes: 7,
        etag: 'E',
        mimeType: 'a/b',
        imageInfo: { width: 4, height: 3, format: null },
      },
    );
  });

  test('that names a system variable and its alias: the alias is a var', () => {
    expect(form(`${needed}&filename=me.jpg`)).toMatchObject({
      objectKey: 'a.jpg',
      vars: { filename: 'me.jpg' },
    });
  });

  test('with empty pairs, a name alone and a charset', () => {
    const body = Buffer.from(`&&${needed}&&flag&`);
    expect(readCallbackBody('Application/X-WWW-Form-Urlencoded; charset=utf-8', body).vars).toEqual({
      flag: '',
    });
  });

  test('with a variable called __proto__', () => {
    const { vars } = form(`${needed}&x:__proto__=1`);
    expect(Object.entries(vars)).toEqual([['__proto__', '1']]);
  });
});

describe('a JSON body', () => {
  const object = { bucket: 'b1', object: '目/a.jpg', etag: 'E', size: 5 };

  test('with numbers, strings, booleans, nulls and nested imageInfo', () => {
    const imageInfo = { height: 278, width: '200', format: 'jpg' };
    expect(json({ ...object, imageInfo, 'x:uid': 42, 'x:ok': true, note: null })).toEqual({
      bucket: 'b1',
      objectKey: '目/a.jpg',
      etag: 'E',
      sizeBytes: 5,
      mimeType: null,
      imageInfo: { width: 200, height: 278, format: 'jpg' },
      vars: { uid: '42', ok: 'true', note: '' },
    });
  });

  test('with sizes as strings and dotted or empty imageInfo', () => {
    expect(json({ ...object, size: '48', 'imageInfo.width': 2, 'imageInfo.height': '' })).toMatchObject({
      sizeBytes: 48,
      imageInfo: { width: 2, height: null, format: null },
    });
    expect(json({ ...object, imageInfo: '' })).toMatchObject({ imageInfo: null, vars: {} });
    expect(json({ ...object, imageInfo: {} }).imageInfo).toBeNull();
  });

  test('with a crc64 that no double can hold', () => {
    const text =
      '{"bucket":"b","object":"o","etag":"E","size":1,"crc64":11051210869376104954,"x:n":-9007199254740993}';
    expect(json(text).vars).toEqual({ crc64: '11051210869376104954', n: '-9007199254740993' });
    // Each keeps its own digits, also where one name ends like another.
    expect(json('{"bucket":"b","object":"o","x:a.n":9007199254740993,"n":9007199254740995}').vars).toEqual({
      'a.n': '9007199254740993',
      n: '9007199254740995',
    });
  });

  test('whose names repeat on different levels, in values, or look like escapes', () => {
    expect(json('{"bucket":"\\"etag\\":","object":"{","etag":"E\\u0041","size":1,"width":1}').bucket).toBe(
      '"etag":',
    );
    expect(json({ ...object, imageInfo: { width: 1 }, width: 7 }).vars).toEqual({ width: '7' });
  });

  test.each([
    ['', 'body_malformed'],
    ['{', 'body_malformed'],
    ['[]', 'body_malformed'],
    ['null', 'body_malformed'],
    ['"bucket=b"', 'body_malformed'],
    ['5', 'body_malformed'],
    ['\ufeff{}', 'body_malformed'],
    ['{"bucket":"b",}', 'body_malformed'],
    ['bucket=b&object=o', 'body_malformed'],
    ['{}', 'field_missing'],
    ['{"bucket":"b","bucket":"c"}', 'field_duplicated'],
    ['{"bucket":"b","b\\u0075cket":"c"}', 'field_duplicated'],
    ['{"imageInfo":{"width":1,"width":2}}', 'field_duplicated'],
    ['{"imageInfo":{"width":1},"imageInfo.width":2}', 'field_duplicated'],
    ['{"bucket":["b"]}', 'field_invalid'],
    ['{"bucket":{"name":"b"}}', 'field_invalid'],
    ['{"imageInfo":{"width":{"px":1}}}', 'field_invalid'],
    ['{"x:a":{"deep":{"deeper":1}}}', 'field_invalid'],
    [`{"x:a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, 'field_invalid'],
    [`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, 'field_invalid'],
    [`{"x:n":1e30,"x:a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, 'field_invalid'],
    ['{"bucket":"b\\u0000"}', 'field_invalid'],
    ['{"bucket":"\\ud800"}', 'field_invalid'],
    ['{"__proto__":{"bucket":"b"}}', 'field_invalid'],
  ])('that is broken: %.60s', (text, code) => {
    expect(() => json(text)).toThrow(refusal(code));
  });
});

describe('a body that is refused', () => {
  test.each([undefined, '', 'text/plain', 'multipart/form-data; boundary=x', 'application/jsonp'])(
    'for its content type: %s',
    (contentType) => {
      expect(() => readCallbackBody(contentType, Buffer.from(needed))).toThrow(
        refusal('body_type_unsupported'),
      );
    },
  );

  test('is not one that lacks ETag, size or, with a default, the bucket', () => {
    expect(form('bucket=b&object=o&size=')).toMatchObject({ etag: null, sizeBytes: null });
    const body = Buffer.from('path=o');
    const settings = { defaultBucket: 'mine', fieldNames: { object: 'path' } };
    expect(readCallbackBody('application/x-www-form-urlencoded', body, settings)).toMatchObject({
      bucket: 'mine',
      objectKey: 'o',
    });
  });

  test.each([
    ['bucket', 'object=o&etag=E&size=1'],
    ['bucket', 'bucket=&object=o&etag=E&size=1'],
    ['object', 'bucket=b&etag=E&size=1'],
    ['object', 'bucket=b&object=&etag=E&size=1'],
    ['bucket', ''],
    ['bucket', '&&&'],
  ])('for lack of %s: %s', (field, text) => {
    expect(() => form(text)).toThrow(refusal('field_missing', new RegExp(`^${field} `)));
  });

  test.each(['bucket=c', 'object=p', 'x:uid=1&x:uid=2', 'uid=1&x:uid=2', 'size=5', '%62ucket=c'])(
    'for a duplicate: %s',
    (more) => {
      expect(() => form(`${needed}&${more}`)).toThrow(refusal('field_duplicated'));
    },
  );

  test.each(['x:a=%', 'x:a=%2', 'x:a=%zz', 'x:a=%ff', 'x:a=%c0%80', 'x:a=%ed%a0%80', '%=1', '=1'])(
    'for its encoding: %s',
    (more) => {
      expect(() => form(`${needed}&${more}`)).toThrow(refusal('body_malformed'));
    },
  );

  test('for raw bytes that are not UTF-8', () => {
    const body = Buffer.concat([Buffer.from(`${needed}&x:a=`), Buffer.from([0xff])]);
    expect(() => readCallbackBody(formType, body)).toThrow(refusal('body_malformed'));
  });

  test.each([
    'size=-1',
    'size=1.5',
    'size=1e3',
    'size=0x10',
    'size=%205',
    'size=NaN',
    'size=53687091200001',
    'size=99999999999999999999',
    'object=a%00b',
    'bucket=b%00',
    'x:note=%00',
    'x:no%00te=1',
    'x:=1',
    'etag=%22%22',
    'etag=a%20b',
    'width=wide',
    'imageInfo.height=-3',
    'imageInfo.width=99999999999',
  ])('for a value: %s', (pair) => {
    const name = pair.split('=', 1)[0] ?? '';
    const rest = needed.split('&').filter((known) => !known.startsWith(`${name}=`));
    expect(() => form([...rest, pair].join('&'))).toThrow(
      refusal('field_invalid', /^"[^ ]+" is ".*"; it must .+$/),
    );
  });

  test('for a key over 1023 bytes of UTF-8', () => {
    const body = (key: string) => `bucket=b&etag=E&size=1&object=${encodeURIComponent(key)}`;
    expect(form(body('中'.repeat(341))).objectKey).toHaveLength(341);
    expect(() => form(body(`${'中'.repeat(341)}a`))).toThrow(
      refusal('field_invalid', /^"object" is "中{60}…"/),
    );
    expect(form(body('a'.repeat(1023))).objectKey).toHaveLength(1023);
    expect(() => form(body('a'.repeat(1024)))).toThrow(refusal('field_invalid'));
  });

  test('never shows more of a value than fits a log line', () => {
    expect(() => json({ bucket: 'b', object: 'o', etag: 'E', size: 'x'.repeat(50_000) })).toThrow(
      refusal('field_invalid', /^.{1,200}$/),
    );
  });
});
