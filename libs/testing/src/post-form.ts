import { signPolicyV4 } from '#oss';
import { developmentSecrets } from '#runtime';
import { type Stack, testBucket } from './stack.js';

/** Uploads like an HTML form in a browser (PostObject, V4), with a callback. */
export async function postForm(
  stack: Pick<Stack, 'emulator'>,
  objectKey: string,
  file: Blob,
  options: { callback: object; vars?: Record<string, string> },
): Promise<Response> {
  const { accessKeyId, accessKeySecret } = developmentSecrets;
  const signed = signPolicyV4({
    accessKeyId,
    accessKeySecret,
    region: 'cn-hangzhou',
    bucket: testBucket,
    expiresAt: new Date(Date.now() + 600_000),
    conditions: [
      ['eq', '$key', objectKey],
      ['content-length-range', 0, 100_000_000],
    ],
  });
  const form = new FormData();
  form.set('key', objectKey);
  for (const [name, value] of Object.entries(signed)) form.set(name, value);
  form.set('callback', Buffer.from(JSON.stringify(options.callback)).toString('base64'));
  for (const [name, value] of Object.entries(options.vars ?? {})) form.set(`x:${name}`, value);
  form.set('file', file, 'upload');
  return fetch(`${stack.emulator.url}/${testBucket}`, { method: 'POST', body: form });
}
