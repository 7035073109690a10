import { type CallbackBodySettings, type CallbackBodyType, readCallbackBody, renderCallbackBody } from '#oss';
import { describe, expect, test } from 'vitest';

const formType = 'application/x-www-form-urlencoded';
const values = {
  bucket: 'b1',
  object: 'dir/目录 1.jpg',
  etag: '0A1B',
  size: 5,
  mimeType: 'image/jpeg',
  'imageInfo.height': 3,
  'imageInfo.width': 4,
  'imageInfo.format': 'jpg',
  'x:my_var': 'mine',
  'x:var1': 'one',
  'x:filename': 'mine.jpg',
};
const settings: CallbackBodySettings = { defaultBucket: 'b1' };

/** Templates that documents, SDK samples and adapters tell people to use, and what they say beside the object. */
const templates: [source: string, template: string, type: CallbackBodyType, reported: object][] = [
  [
    'the documentation of direct uploads',
    'filename=${object}&size=${size}&mimeType=${mimeType}&height=${imageInfo.height}&width=${imageInfo.width}',
    formType,
    { sizeBytes: 5, mimeType: 'image/jpeg', imageInfo: { width: 4, height: 3, format: null }, vars: {} },
  ],
  [
    'the samples of the SDKs',
    'bucket=${bucket}&object=${object}&etag=${etag}&size=${size}&mimeType=${mimeType}&my_var=${x:my_var}',
    formType,
    { etag: '0A1B', vars: { my_var: 'mine' } },
  ],
  [
    'the JSON samples of the SDKs',
    '{"bucket":${bucket},"object":${object},"mimeType":${mimeType},"size":${size},"my_var1":${x:var1}}',
    'application/json',
    { sizeBytes: 5, vars: { my_var1: 'one' } },
  ],
  [
    'a template whose key is called path',
    'path=${object}&size=${size}&etag=${etag}',
    formType,
    { etag: '0A1B', sizeBytes: 5, vars: {} },
  ],
  ['a template whose key is called key', 'key=${object}&hash=${etag}', formType, { vars: { hash: '0A1B' } }],
  [
    'a template that tells the object and a file name of its own',
    'object=${object}&filename=${x:filename}&path=x',
    formType,
    { vars: { filename: 'mine.jpg', path: 'x' } },
  ],
];

describe('templates in use', () => {
  test.each(templates)('%s', (_, template, type, reported) => {
    const body = Buffer.from(renderCallbackBody(template, type, values));
    expect(readCallbackBody(type, body, settings)).toMatchObject({
      bucket: 'b1',
      objectKey: values.object,
      ...reported,
    });
  });
});

describe('a placeholder that OSS did not fill in', () => {
  test.each([
    ['by its name', formType, 'bucket=${bucket}&object=a.jpg', 'bucket'],
    ['percent-encoded', formType, 'bucket=b1&object=%24%7Bobject%7D', 'object'],
    ['in another case', formType, 'object=a.jpg&mimeType=${mimetype}', 'mimeType'],
    ['in a variable', formType, 'object=a.jpg&user_id=%24%7bx%3Auser_id%7d', 'user_id'],
    ['in JSON', 'application/json', '{"object":"${object}"}', 'object'],
    ['percent-encoded in JSON', 'application/json', '{"object":"%24%7Bobject%7D"}', 'object'],
    ['escaped in JSON', 'application/json', '{"object":"\\u0024{object}"}', 'object'],
  ])('%s is refused by a code of its own', (_, type, body, field) => {
    expect(() => readCallbackBody(type, Buffer.from(body), settings)).toThrow(
      expect.objectContaining({
        code: 'callback.placeholder_unrendered',
        detail: expect.stringContaining(`"${field}" is "`),
      }),
    );
  });

  test.each([
    ['object=a${b}.jpg', 'a${b}.jpg'],
    ['object=%24%7Bobject%7D.jpg', '${object}.jpg'],
    ['object=${name}', '${name}'],
    ['object=$', '$'],
    ['object=${}', '${}'],
  ])('%s is a key like any other', (body, objectKey) => {
    expect(readCallbackBody(formType, Buffer.from(body), settings)).toMatchObject({ objectKey });
  });
});
