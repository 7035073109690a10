import { describe, expect, test } from 'vitest';
import { readCallbackParameters, renderCallbackBody } from '#oss';
import { readVectors } from '../../test-data/vectors.js';

const { cases, rendering } = readVectors('callback-parameters');
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');
const good = { callbackUrl: 'http://cb.example.com/cb', callbackBody: 'a=${object}' };
const refusal = (message: string) =>
  expect.objectContaining({ status: 400, code: 'InvalidArgument', message });

describe('callback parameters', () => {
  test.each(cases.filter(({ expect }) => expect.ok))('are taken: $id', (vector) => {
    const { urls, bodyType, sni } = vector.expect;
    const given = { ...(urls && { urls }), ...(bodyType && { bodyType }), ...(sni !== undefined && { sni }) };
    expect(readCallbackParameters(vector.callback, vector.callbackVar)).toMatchObject(given);
  });

  // That one parameter is given twice is seen by whoever reads headers and query.
  test.each(cases.filter(({ id, expect }) => !expect.ok && id !== 'p-header-and-query'))(
    'are refused: $id',
    ({ id, callback, callbackVar, expect: wanted }) => {
      const value = id === 'p-too-long' ? encode({ ...good, pad: 'x'.repeat(5000) }) : callback;
      const ec = /^\d{4}-\d{8}/.exec(wanted.ec ?? '')?.[0];
      const facts = wanted.argumentName
        ? { ArgumentName: wanted.argumentName, ArgumentValue: wanted.argumentValue }
        : {};
      expect(() => readCallbackParameters(value, callbackVar)).toThrow(
        expect.objectContaining({
          status: wanted.status,
          code: wanted.code,
          message: wanted.message,
          ec,
          facts: expect.objectContaining(facts),
        }),
      );
    },
  );

  test('with private hosts where they are allowed', () => {
    for (const callbackUrl of ['http://192.168.1.10/cb', 'localhost:3000/cb', 'http://api:3000'])
      expect(
        readCallbackParameters(encode({ ...good, callbackUrl }), undefined, { allowPrivateHosts: true })
          ?.urls[0],
      ).toContain(callbackUrl);
  });

  test('with an empty callbackUrl ask for no callback', () => {
    expect(readCallbackParameters(encode({ ...good, callbackUrl: '' }), undefined)).toBeUndefined();
  });

  test.each([
    'http://',
    'ftp://cb.example.com/',
    'http://user@cb.example.com/',
    'http://[::1]/cb',
    'http://cb.example.com:99999/',
    'http://cb.example.com/ä',
    'http://cb.example.com/a b',
    '/path',
    ';',
    5,
    null,
    undefined,
  ])('refuse the URL %s', (callbackUrl) => {
    expect(() =>
      readCallbackParameters(encode({ ...good, callbackUrl }), undefined, { allowPrivateHosts: true }),
    ).toThrow(refusal('The callback url configuration is invalid.'));
  });

  test.each([
    ['x', 'The callback var is not base64 encoded.'],
    [encode([]), 'The callback var is not json format.'],
    [encode('x'), 'The callback var is not json format.'],
    [encode({ 'x:a': null }), 'The callback var is not expecten json.'],
    [encode({ 'x:a': 'x'.repeat(5200) }), 'The length of callback var exceed max value.'],
  ])('refuse the variables %.20s', (vars, message) => {
    expect(() => readCallbackParameters(encode(good), vars)).toThrow(refusal(message));
  });

  test.each([1, 'yes', null, {}])('refuse the SNI flag %j', (callbackSNI) => {
    expect(() => readCallbackParameters(encode({ ...good, callbackSNI }), undefined)).toThrow(
      refusal('The callback sni configuration is invalid.'),
    );
  });

  test.each([
    [undefined, false],
    [false, false],
    ['false', false],
    [true, true],
    ['true', true],
  ])('read the SNI flag %j', (callbackSNI, sni) => {
    expect(readCallbackParameters(encode({ ...good, callbackSNI }), undefined)?.sni).toBe(sni);
  });

  test('take further headers, but none of OSS', () => {
    const read = (additionalHeaders: unknown) =>
      readCallbackParameters(encode({ ...good, additionalHeaders }), undefined);
    expect(read({ 'X-Tenant': '1' })?.urls).toHaveLength(1);
    for (const bad of [{ 'x-oss-tag': '1' }, { 'X-OSS-Tag': '1' }, { a: 1 }, [], 'a: b', null])
      expect(() => read(bad)).toThrow(expect.objectContaining({ status: 400, ec: '0007-00000026' }));
  });

  test.each(['$', 'a=${object', '$object', '$$', 'a=$ {object}'])(
    'refuse the template %s',
    (callbackBody) => {
      expect(() => readCallbackParameters(encode({ ...good, callbackBody }), undefined)).toThrow(
        refusal('Left brace must be adjacent to dollar sign.'),
      );
    },
  );

  test.each(['http://h', 'a b', 'a/b', 7])('refuse the host %s', (callbackHost) => {
    expect(() => readCallbackParameters(encode({ ...good, callbackHost }), undefined)).toThrow(
      refusal('The callback host configuration is invalid.'),
    );
  });
});

describe('renderCallbackBody', () => {
  test.each(rendering)('$id', ({ type, template, vars, body }) => {
    const bodyType = type === 'application/json' ? type : 'application/x-www-form-urlencoded';
    expect(renderCallbackBody(template, bodyType, vars)).toBe(body);
  });

  test('knows no inherited names', () => {
    expect(renderCallbackBody('a=${constructor}&b=${}', 'application/x-www-form-urlencoded', {})).toBe(
      'a=&b=',
    );
  });
});
