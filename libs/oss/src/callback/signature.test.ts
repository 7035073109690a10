import { createPrivateKey, createPublicKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isLandfallError } from '#runtime';
import { callbackStringToSign, signCallback, verifyCallbackSignature } from '#oss';
import { readVectors } from '../../test-data/vectors.js';

const vectors = readVectors('callback-signatures');
const keys = {
  production: createPublicKey(vectors.productionKey.publicKeyPem),
  rsa512: createPublicKey(vectors.testKeys.rsa512.publicKeyPem),
  rsa2048: createPublicKey(vectors.testKeys.rsa2048.publicKeyPem),
};
const received = (rawTarget: string, body: string, authorization: string, key: keyof typeof keys) => ({
  rawTarget,
  body: Buffer.from(body),
  authorization,
  key: keys[key],
});

describe('the signature of a callback', () => {
  test.each([...vectors.real, ...vectors.made])(
    'holds for $id',
    ({ target, body, stringToSign, ...rest }) => {
      expect(callbackStringToSign(target, Buffer.from(body)).toString()).toBe(stringToSign);
      expect(verifyCallbackSignature(received(target, body, rest.authorization, rest.key))).toBe(true);
    },
  );

  test.each(vectors.made)('is made as OSS makes it: $id', ({ target, body, authorization, key }) => {
    const pem = key === 'production' ? '' : vectors.testKeys[key].privateKeyPem;
    expect(signCallback(target, Buffer.from(body), createPrivateKey(pem))).toBe(authorization);
  });

  test.each(vectors.ambiguous)('holds in both readings of a literal +: $id', (vector) => {
    for (const signature of [vector.authorizationKeepPlus, vector.authorizationPlusAsSpace])
      expect(verifyCallbackSignature(received(vector.target, vector.body, signature, vector.key))).toBe(true);
  });

  test.each(vectors.negative)('is refused: $id', ({ target, body, authorization, key }) => {
    const verify = () => verifyCallbackSignature(received(target, body, authorization, key));
    let refused: boolean;
    try {
      refused = !verify();
    } catch (error) {
      refused = isLandfallError(error, 'callback.signature_malformed', 'callback.target_malformed');
    }
    expect(refused).toBe(true);
  });

  const plain = vectors.made.find(({ id }) => id === 'cb-rsa512-plain');
  const goodSignature = plain?.authorization ?? '';

  test.each(['/oss/callback/', '/oss//callback', '/oss/callback?', '/oss/callback?a=1', '/OSS/callback'])(
    'is bound to the path and query: %s',
    (target) => {
      const callback = received(target, plain?.body ?? '', goodSignature, 'rsa512');
      expect(verifyCallbackSignature(callback)).toBe(false);
    },
  );

  test.each([
    '',
    'OSS abc',
    `${goodSignature}\n`,
    ` ${goodSignature}`,
    goodSignature.slice(0, -2),
    'a-_b',
    'A===',
  ])('is malformed unless it is strict base64: %j', (authorization) => {
    expect(() => verifyCallbackSignature(received('/oss/callback', 'a=1', authorization, 'rsa512'))).toThrow(
      expect.objectContaining({ code: 'callback.signature_malformed' }),
    );
  });

  test.each([4, 63, 65, 256])('of %i bytes is not one of this key', (length) => {
    const authorization = Buffer.alloc(length, 1).toString('base64');
    expect(verifyCallbackSignature(received('/oss/callback', 'a=1', authorization, 'rsa512'))).toBe(false);
  });

  test.each(['/a%', '/a%2', '/a%zz', '/%ff', '/%c0%af', '/%ed%a0%80'])(
    'cannot be checked over a path that is not percent-encoded UTF-8: %s',
    (target) => {
      expect(() => callbackStringToSign(target, Buffer.alloc(0))).toThrow(
        expect.objectContaining({ code: 'callback.target_malformed' }),
      );
    },
  );

  test('covers body bytes that are not UTF-8', () => {
    const key = createPrivateKey(vectors.testKeys.rsa2048.privateKeyPem);
    const body = Buffer.from([0xff, 0xfe, 0, 0x80]);
    const authorization = signCallback('/cb', body, key);
    const callback = { rawTarget: '/cb', body, authorization, key: keys.rsa2048 };
    expect(verifyCallbackSignature(callback)).toBe(true);
    expect(verifyCallbackSignature({ ...callback, body: Buffer.from('\ufffd\ufffd\0\ufffd') })).toBe(false);
  });
});
