import * as fc from 'fast-check';
import { type CallbackBodyType, maxKeyBytes, readCallbackBody, renderCallbackBody } from '#oss';
import { postForm, type Stack, startStack, testBucket } from '#testing';
import type { UploadView } from '#uploads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const bodyTypes: CallbackBodyType[] = ['application/x-www-form-urlencoded', 'application/json'];
const templates: Record<CallbackBodyType, string> = {
  'application/x-www-form-urlencoded':
    'bucket=${bucket}&object=${object}&etag=${etag}&size=${size}&x:first=${x:first}&x:second=${x:second}',
  'application/json':
    '{"bucket":${bucket},"object":${object},"etag":${etag},"size":${size},"x:first":${x:first},"x:second":${x:second}}',
};
/** Any Unicode that UTF-8 and Postgres can hold. */
const text = (maxLength: number) =>
  fc.string({ unit: 'binary', maxLength }).filter((value) => !value.includes('\0') && value.isWellFormed());
const objectKey = fc
  .oneof(text(60), text(maxKeyBytes), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }))
  .filter((key) => key !== '' && !key.includes('\0') && Buffer.byteLength(key) <= maxKeyBytes);
const vars = fc.record({ first: text(200), second: text(200) });

describe.each(bodyTypes)('any key and any vars in a body of %s', (bodyType) => {
  test('come out of the template and the reader unchanged', () => {
    fc.assert(
      fc.property(objectKey, vars, (key, { first, second }) => {
        const values = { bucket: 'b', object: key, etag: 'E', size: 5, 'x:first': first, 'x:second': second };
        const body = renderCallbackBody(templates[bodyType], bodyType, values);
        const landed = readCallbackBody(bodyType, Buffer.from(body));
        expect(landed.objectKey).toBe(key);
        expect(landed.vars).toEqual({ first, second });
      }),
      { numRuns: 5_000, seed: 3 },
    );
  });
});

describe('any key and any vars through the emulator and the api', () => {
  const secret = 'a-secret-of-the-callback-url';
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack('postgres', { CALLBACK_URL_SECRETS: secret });
  });
  afterAll(() => stack[Symbol.asyncDispose]());

  // Multipart forms write line ends as CRLF; OSS keys begin with neither slash nor backslash.
  const inForms = (value: string) => !/[\r\n]/.test(value);
  const formKey = objectKey.filter(
    (key) => inForms(key) && !/^[/\\]/.test(key) && !key.includes('${filename}'),
  );
  const formVars = vars.filter(({ first, second }) => inForms(first) && inForms(second));

  test.each(bodyTypes)('%s', async (bodyType) => {
    await fc.assert(
      fc.asyncProperty(formKey, formVars, async (key, sent) => {
        const answer = await postForm(stack, key, new Blob([`text ${key}`]), {
          callback: {
            callbackUrl: `${stack.callbackUrl}/${secret}`,
            callbackBody: templates[bodyType],
            callbackBodyType: bodyType,
          },
          vars: sent,
        });
        expect([answer.status, answer.status === 200 ? '' : await answer.clone().text()]).toEqual([200, '']);
        const { id } = (await answer.json()) as { id: string };
        const upload = await stack.get<UploadView>(`/v1/uploads/${id}`);
        expect(upload).toMatchObject({ bucket: testBucket, objectKey: key });
        expect(upload.vars).toEqual(sent);
      }),
      { numRuns: 40, seed: 3, endOnFailure: true },
    );
  });
});
