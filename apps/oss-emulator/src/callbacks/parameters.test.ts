import { describe, expect, test } from 'vitest';
import { signPolicyV4 } from '#oss';
import { encodeCallback as encode, useReceiver } from '../fixtures/callback-receiver.fixture.js';
import { bucket, credentials, region, useEmulator } from '../fixtures/emulator.fixture.js';
import { elementOf, sendForm, sendSigned } from '../fixtures/requests.fixture.js';

const emulator = useEmulator();
const receiver = useReceiver();

const good = { callbackUrl: 'http://cb.example.com/', callbackBody: 'a=${object}' };
const change = (more: Record<string, unknown>) => encode({ ...good, ...more });
const textOf = (text: string) => Buffer.from(text).toString('base64');

/** What is wrong, `callback`, message, EC. */
const wrongCallbacks: [string, string, string, string | undefined][] = [
  [
    'a length',
    encode({ pad: 'x'.repeat(6000) }),
    'The length of callback exceed max value.',
    '0007-00000001',
  ],
  ['no base64', '%%%', 'The callback configuration is not base64 encoded.', '0007-00000002'],
  ['an empty text', '', 'The callback configuration is not base64 encoded.', '0007-00000002'],
  ['no JSON', textOf('a=b'), 'The callback configuration is not json format.', '0007-00000003'],
  ['a list', encode([good]), 'The callback configuration is not json format.', '0007-00000003'],
  ['no URL', encode({ callbackBody: 'a' }), 'The callback url configuration is invalid.', '0007-00000004'],
  ['a URL', change({ callbackUrl: 'a.b:c' }), 'The callback url configuration is invalid.', '0007-00000004'],
  [
    'six URLs',
    change({ callbackUrl: Array(6).fill('a.example').join(';') }),
    'The number of callback url exceed max value.',
    '0007-00000005',
  ],
  ['a body', change({ callbackBody: 5 }), 'The callback body is invalid.', '0007-00000010'],
  ['no body', encode({ callbackUrl: 'http://a.b/' }), 'The callback body is empty.', '0007-00000011'],
  [
    'a type of body',
    change({ callbackBodyType: 1 }),
    'The callback body type configuration is invalid.',
    '0007-00000012',
  ],
  [
    'another type of body',
    change({ callbackBodyType: 'text/plain' }),
    'The body type of callback is not supported.',
    undefined,
  ],
  ['a host', change({ callbackHost: 'http://a/' }), 'The callback host configuration is invalid.', undefined],
  [
    'a host of two lines',
    change({ callbackHost: 'a\r\nx: y' }),
    'The callback host configuration is invalid.',
    undefined,
  ],
  [
    'a further header',
    change({ additionalHeaders: { 'x-oss-a': '' } }),
    'The additional headers configuration is invalid.',
    '0007-00000026',
  ],
  ['a flag', change({ callbackSNI: 123 }), 'The callback sni configuration is invalid.', undefined],
  [
    'a placeholder',
    change({ callbackBody: '$(object)' }),
    'Left brace must be adjacent to dollar sign.',
    '0007-00000105',
  ],
];

const wrongVars: [string, string, string, string][] = [
  [
    'a length',
    encode({ 'x:a': 'x'.repeat(6000) }),
    'The length of callback var exceed max value.',
    '0007-00000101',
  ],
  ['no base64', '%%%', 'The callback var is not base64 encoded.', '0007-00000102'],
  ['no JSON', textOf('x:a=1'), 'The callback var is not json format.', '0007-00000103'],
  ['a number', encode({ 'x:a': 1 }), 'The callback var is not expecten json.', '0007-00000104'],
];

const put = (headers: Record<string, string>, query: Record<string, string> = {}) =>
  sendSigned(emulator.url, { method: 'PUT', key: 'refused', headers, query, body: 'hello' });
const exists = async (key: string) =>
  (await sendSigned(emulator.url, { method: 'HEAD', key })).status === 200;
const refused = ({ status, text }: { status: number; text: string }) => ({
  status,
  code: elementOf(text, 'Code'),
  message: elementOf(text, 'Message'),
  ec: elementOf(text, 'EC'),
});

describe('a callback that is wrong is refused before anything is stored', () => {
  test.each(wrongCallbacks)('in a header: %s', async (_, callback, message, ec) => {
    const wanted = { status: 400, code: 'InvalidArgument', message, ec };
    expect(refused(await put({ 'x-oss-callback': callback }))).toEqual(wanted);
    expect(await exists('refused')).toBe(false);
  });

  test.each(wrongCallbacks)('in a query: %s', async (_, callback, message, ec) => {
    const wanted = { status: 400, code: 'InvalidArgument', message, ec };
    expect(refused(await put({}, { callback }))).toEqual(wanted);
    expect(await exists('refused')).toBe(false);
  });

  test.each(wrongCallbacks)('in a form: %s', async (_, callback, message, ec) => {
    const expiresAt = new Date(Date.now() + 60_000);
    const fields = signPolicyV4({ ...credentials, bucket, region, expiresAt, conditions: [] });
    const answer = await sendForm(emulator.url, Object.entries({ ...fields, key: 'refused', callback }));
    const wanted = { status: 400, code: 'InvalidArgument', message, ec };
    expect(refused(answer)).toEqual(wanted);
    expect(await exists('refused')).toBe(false);
  });

  test.each(wrongVars)('by its variables: %s', async (_, callbackVar, message, ec) => {
    const wanted = { status: 400, code: 'InvalidArgument', message, ec };
    const callback = encode(good);
    expect(refused(await put({ 'x-oss-callback': callback, 'x-oss-callback-var': callbackVar }))).toEqual(
      wanted,
    );
    expect(refused(await put({}, { callback, 'callback-var': callbackVar }))).toEqual(wanted);
    expect(await exists('refused')).toBe(false);
  });

  test('of an upload in parts, which may be completed afterwards', async () => {
    const client = emulator.client();
    const { uploadId } = await client.initMultipartUpload('parts');
    const { etag } = await client.uploadPart('parts', uploadId, 1, Buffer.from('hello') as never, 0, 5);
    const complete = (headers: Record<string, string>) =>
      sendSigned(emulator.url, {
        method: 'POST',
        key: 'parts',
        query: { uploadId },
        headers,
        body: `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`,
      });
    expect(refused(await complete({ 'x-oss-callback': encode({}) }))).toMatchObject({ ec: '0007-00000004' });
    expect(await exists('parts')).toBe(false);
    expect((await complete({})).status).toBe(200);
  });

  test('with the argument that is wrong', async () => {
    const json = await put({ 'x-oss-callback': textOf('a=b') });
    expect([elementOf(json.text, 'ArgumentName'), elementOf(json.text, 'ArgumentValue')]).toEqual([
      'callback',
      'a=b',
    ]);
    const dollar = await put({ 'x-oss-callback': change({ callbackBody: 'a=$(b)' }) });
    expect([elementOf(dollar.text, 'ArgumentName'), elementOf(dollar.text, 'ArgumentValue')]).toEqual([
      'ReplaceKeyPrefix',
      'a=$(b)',
    ]);
  });

  test.each(['callback', 'callback-var'])('when header and query both have %s', async (name) => {
    const callback = encode(good);
    const query = name === 'callback' ? { callback } : { callback, [name]: encode({}) };
    expect(refused(await put({ [`x-oss-${name}`]: callback }, query))).toMatchObject({
      status: 400,
      message: `Either the ${name} query string parameter or the x-oss-${name} header should be specified, not both.`,
    });
  });
});

describe('a callback', () => {
  const own = () => change({ callbackUrl: `${receiver.url}/cb` });

  test('may have its variables in the query and the rest in a header', async () => {
    const query = { 'callback-var': encode({ 'x:a': '1' }) };
    const callback = change({ callbackUrl: receiver.url, callbackBody: 'a=${x:a}' });
    expect((await put({ 'x-oss-callback': callback }, query)).status).toBe(200);
    expect(receiver.calls.map(({ body }) => body.toString())).toEqual(['a=1']);
  });

  test('with an empty URL is none', async () => {
    expect((await put({ 'x-oss-callback': change({ callbackUrl: '' }) })).text).toBe('');
    expect(receiver.calls).toEqual([]);
  });

  test('is nothing that other operations know', async () => {
    const headers = { 'x-oss-callback': own() };
    await put({});
    await sendSigned(emulator.url, {
      method: 'PUT',
      key: 'copy',
      headers: { ...headers, 'x-oss-copy-source': `/${bucket}/refused` },
    });
    await sendSigned(emulator.url, { method: 'POST', key: 'parts', query: { uploads: '' }, headers });
    await sendSigned(emulator.url, { key: 'refused', headers });
    await sendSigned(emulator.url, { method: 'DELETE', key: 'refused', headers });
    expect(receiver.calls).toEqual([]);
  });
});
