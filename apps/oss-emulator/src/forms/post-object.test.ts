import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { signPolicyV1, signPolicyV4 } from '#oss';
import { bucket, credentials, region, useEmulator } from '../fixtures/emulator.fixture.js';
import { elementOf, sendRaw, sendSigned } from '../fixtures/requests.fixture.js';

const emulator = useEmulator();

const policy = (conditions: unknown[], expiresAt = new Date(Date.now() + 60_000)) => ({
  ...credentials,
  bucket,
  region,
  expiresAt,
  conditions,
});
const signed = (...conditions: unknown[]) => signPolicyV4(policy(conditions));

interface Form {
  fields: Record<string, string>;
  file?: { name: string; type: string; body: string } | null;
  rest?: Record<string, string>;
}
function encodeForm({
  fields,
  file = { name: 'me.txt', type: 'text/plain', body: 'hello' },
  rest = {},
}: Form): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  if (file) form.append('file', new Blob([file.body], { type: file.type }), file.name);
  for (const [name, value] of Object.entries(rest)) form.append(name, value);
  return form;
}
async function post(form: Form, target = `/${bucket}/`) {
  const answer = await fetch(`${emulator.url}${target}`, {
    method: 'POST',
    body: encodeForm(form),
    redirect: 'manual',
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, code: elementOf(text, 'Code') };
}
const read = (key: string) => sendSigned(emulator.url, { key });

describe('a form', () => {
  test('may have a policy of a megabyte, whose conditions all hold', async () => {
    const conditions = Array.from({ length: 30_000 }, () => ['starts-with', '$key', 'user/']);
    const fields = signed(...conditions);
    expect(fields['policy']?.length).toBeGreaterThan(1024 * 1024);
    expect((await post({ fields: { ...fields, key: 'user/large' } })).status).toBe(204);
    const last = signed(...conditions, ['eq', '$key', 'user/other']);
    expect((await post({ fields: { ...last, key: 'user/large' } })).status).toBe(403);
  });

  test('may have a text as its file', async () => {
    const form = encodeForm({ fields: { ...signed(), key: 'text', 'content-type': 'text/x' }, file: null });
    form.append('file', 'héllo');
    const answer = await fetch(`${emulator.url}/${bucket}/`, { method: 'POST', body: form });
    expect(answer.status).toBe(204);
    const { text, headers } = await read('text');
    expect([text, headers['content-type']]).toEqual(['héllo', 'text/x']);
  });

  test.each([
    ['V1', () => signPolicyV1(policy([['starts-with', '$key', 'user/']]))],
    ['V4', () => signed(['starts-with', '$key', 'user/'])],
  ])('with a policy %s stores its file', async (version, fieldsOf) => {
    const key = `user/${version}/中 文.txt`;
    const fields = { ...fieldsOf(), key, 'x-oss-meta-uid': '七' };
    const answer = await post({ fields });
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(answer.headers.get('etag')).toBe('"5D41402ABC4B2A76B9719D911017C592"');
    const { text, headers } = await read(key);
    expect([text, headers['content-type']]).toEqual(['hello', 'text/plain']);
    expect(Buffer.from(String(headers['x-oss-meta-uid']), 'latin1').toString()).toBe('七');
  });

  test.each([
    ['200', 200],
    ['201', 201],
    ['204', 204],
    ['500', 204],
  ])('with success_action_status %s is answered %i', async (wanted, status) => {
    const answer = await post(
      { fields: { ...signed(), key: 'a&b', success_action_status: wanted } },
      `/${bucket}`,
    );
    expect(answer.status).toBe(status);
    expect(elementOf(answer.text, 'Key')).toBe(status === 201 ? 'a&#x26;b' : undefined);
  });

  test('may redirect', async () => {
    const fields = { ...signed(), key: 'r', success_action_redirect: 'https://app.example/done?a=1' };
    const answer = await post({ fields });
    expect(answer.status).toBe(303);
    const location = new URL(answer.headers.get('location') ?? '');
    expect(Object.fromEntries(location.searchParams)).toMatchObject({ a: '1', bucket, key: 'r' });
  });

  test('names its file by ${filename}, type by field, and ends with it', async () => {
    const fields = {
      ...signed(['starts-with', '$key', 'up/']),
      key: 'up/${filename}',
      'x-oss-content-type': 'a/b',
    };
    expect((await post({ fields, rest: { key: 'other', policy: 'x' } })).status).toBe(204);
    expect((await read('up/me.txt')).headers['content-type']).toBe('a/b');
  });

  test.each([
    ['no signature', () => ({ key: 'a' }), 403, 'AccessDenied'],
    ['no key', () => signed(), 400, 'InvalidArgument'],
    ['a leading slash', () => ({ ...signed(), key: '/a' }), 400, 'InvalidObjectName'],
    ['a long key', () => ({ ...signed(), key: 'x'.repeat(1024) }), 400, 'InvalidObjectName'],
    ['another key', () => ({ ...signed(['eq', '$key', 'a']), key: 'b' }), 403, 'AccessDenied'],
    ['no callback', () => ({ ...signed(['eq', '$callback', 'x']), key: 'a' }), 403, 'AccessDenied'],
    ['a bad callback', () => ({ ...signed(), key: 'a', callback: 'x' }), 400, 'InvalidArgument'],
    [
      'a changed signature',
      () => ({ ...signed(), key: 'a', 'x-oss-signature': '00' }),
      403,
      'SignatureDoesNotMatch',
    ],
    [
      'a changed V1 signature',
      () => ({ ...signPolicyV1(policy([])), key: 'a', Signature: 'AA==' }),
      403,
      'SignatureDoesNotMatch',
    ],
    ['half a V1 signature', () => ({ OSSAccessKeyId: 'x', key: 'a' }), 400, 'InvalidArgument'],
    [
      'another key id',
      () => ({ ...signPolicyV1(policy([])), key: 'a', OSSAccessKeyId: 'x' }),
      403,
      'InvalidAccessKeyId',
    ],
    [
      'an end in the past',
      () => ({ ...signPolicyV4(policy([], new Date(Date.now() - 1000))), key: 'a' }),
      403,
      'AccessDenied',
    ],
    [
      'too few bytes',
      () => ({ ...signed(['content-length-range', 6, 10]), key: 'a' }),
      400,
      'EntityTooSmall',
    ],
    [
      'too many bytes',
      () => ({ ...signed(['content-length-range', 1, 4]), key: 'a' }),
      400,
      'EntityTooLarge',
    ],
    ['a bad MD5', () => ({ ...signed(), key: 'a', 'Content-MD5': 'AAAA' }), 400, 'InvalidDigest'],
    [
      'too many fields',
      () => ({ ...signed(), key: 'a', pad: 'x'.repeat(3_000_000) }),
      400,
      'MaxPOSTPreDataLengthExceededError',
    ],
    ['a long name', () => ({ ...signed(), ['n'.repeat(9000)]: '', key: 'a' }), 400, 'FieldItemTooLong'],
  ] as [string, () => Record<string, string>, number, string][])(
    'with %s is refused',
    async (_, fieldsOf, status, code) => {
      const answer = await post({ fields: fieldsOf() });
      expect([answer.status, answer.code]).toEqual([status, code]);
      expect(await readdir(join(emulator.dataDir, 'incoming'))).toEqual([]);
    },
  );

  test('without a file is refused', async () => {
    const answer = await post({ fields: { ...signed(), key: 'a' }, file: null });
    expect([answer.status, answer.code]).toEqual([400, 'IncorrectNumberOfFilesInPOSTRequest']);
  });

  test('for no such bucket is refused', async () => {
    const answer = await post({ fields: { ...signed(), key: 'a' } }, '/missing-bucket/');
    expect([answer.status, answer.code]).toEqual([404, 'NoSuchBucket']);
  });

  test.each([
    ['application/x-www-form-urlencoded', 'a=1', 'RequestIsNotMultiPartContent'],
    ['multipart/form-data', '--x--', 'MalformedPOSTRequest'],
    ['multipart/form-data; boundary=x', 'nothing like it', 'MalformedPOSTRequest'],
    [
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="key"\r\n\r\nhal',
      'MalformedPOSTRequest',
    ],
  ])('of type %s and body %j is refused', async (type, body, code) => {
    const answer = await sendRaw(emulator.url, {
      method: 'POST',
      target: `/${bucket}/`,
      headers: { 'content-type': type, 'content-length': String(body.length) },
      body,
    });
    expect([answer.status, elementOf(answer.text, 'Code')]).toEqual([400, code]);
  });

  test('whose file has no end is refused, and nothing of it stays', async () => {
    const fields = { ...signed(), key: 'cut' };
    const whole = Buffer.from(await new Response(encodeForm({ fields })).arrayBuffer());
    const type = `multipart/form-data; boundary=${whole.subarray(2, whole.indexOf('\r\n')).toString()}`;
    const body = whole.subarray(0, whole.indexOf('hello') + 3);
    const headers = { 'content-type': type, 'content-length': String(body.length) };
    const answer = await sendRaw(emulator.url, { method: 'POST', target: `/${bucket}/`, headers, body });
    expect([answer.status, elementOf(answer.text, 'Code')]).toEqual([400, 'MalformedPOSTRequest']);
    expect((await read('cut')).status).toBe(404);
    expect(await readdir(join(emulator.dataDir, 'incoming'))).toEqual([]);
  });

  test.each([
    ['a file of another name', ['other']],
    ['a second file', ['file', 'file']],
  ])('may break off within %s', async (_, files) => {
    const fields = Object.entries({ ...signed(), key: 'broken-off' }).map(([name, value]) => [
      `"${name}"`,
      value,
    ]);
    const parts = [...fields, ...files.map((name) => [`"${name}"; filename="f"`, 'half'])]
      .map(([name, value]) => `--x\r\nContent-Disposition: form-data; name=${name}\r\n\r\n${value}\r\n`)
      .join('');
    const socket = connect(Number(new URL(emulator.url).port), '127.0.0.1');
    const head = `POST /${bucket}/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000\r\n`;
    socket.end(`${head}Content-Type: multipart/form-data; boundary=x\r\n\r\n${parts}`);
    // It closes once the emulator has seen the end; what nobody catches there ends the emulator, and this run.
    await once(socket.resume(), 'close');
    expect((await read('none')).status).toBe(404);
  });
});
