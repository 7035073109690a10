import { sign, verify, type KeyObject } from 'node:crypto';
import { LandfallError } from '#runtime';
import { decodeStrictBase64 } from '../wire/base64.js';
import { showValue } from '../wire/shown-value.js';

/** The digest of callback signatures (version 1.0): RSASSA-PKCS1-v1_5 over MD5. OSS offers no stronger one. */
const callbackDigest = 'md5';

/**
 * Returns the bytes that OSS signs: the path percent-decoded once as UTF-8, the query as received including its `?`, a
 * line feed, and the body as received.
 * @param rawTarget request target as received, unmodified by any router, such as `/callbacks/oss?tenant=1`
 * @throws LandfallError callback.target_malformed
 */
export function callbackStringToSign(rawTarget: string, body: Uint8Array): Buffer {
  return composeStringToSign(rawTarget, body, (path) => path);
}

function composeStringToSign(rawTarget: string, body: Uint8Array, read: (path: string) => string): Buffer {
  const queryAt = rawTarget.indexOf('?');
  const path = queryAt < 0 ? rawTarget : rawTarget.slice(0, queryAt);
  const query = queryAt < 0 ? '' : rawTarget.slice(queryAt);
  return Buffer.concat([Buffer.from(`${decodePath(read(path))}${query}\n`), body]);
}

function decodePath(path: string): string {
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch (cause) {
    throw new LandfallError(
      'callback.target_malformed',
      `${showValue(path)} is not percent-encoded UTF-8; use a valid callbackUrl`,
      { cause },
    );
  }
}

export interface ReceivedCallback {
  /** Request target as received. */
  readonly rawTarget: string;
  /** Body as received, never parsed and serialized again. */
  readonly body: Uint8Array;
  /** Value of the `authorization` header: plain base64. */
  readonly authorization: string;
  /** The RSA public key named by `x-oss-pub-key-url`. */
  readonly key: KeyObject;
}

/**
 * Whether the signature of a callback is valid. Tries a literal `+` in the path both as itself and
 * as a space, because OSS does not document which one it signs.
 * @throws LandfallError callback.signature_malformed, callback.target_malformed
 */
export function verifyCallbackSignature({ rawTarget, body, authorization, key }: ReceivedCallback): boolean {
  const signature = decodeStrictBase64(authorization);
  if (!signature)
    throw new LandfallError('callback.signature_malformed', 'header authorization is not strict base64');
  if (verify(callbackDigest, callbackStringToSign(rawTarget, body), key, signature)) return true;
  if (!rawTarget.split('?', 1)[0]?.includes('+')) return false;
  const plusAsSpace = composeStringToSign(rawTarget, body, (path) => path.replaceAll('+', ' '));
  return verify(callbackDigest, plusAsSpace, key, signature);
}

/**
 * Signs a callback like OSS; returns the value of the `authorization` header.
 * @throws LandfallError callback.target_malformed
 */
export function signCallback(rawTarget: string, body: Uint8Array, privateKey: KeyObject): string {
  return sign(callbackDigest, callbackStringToSign(rawTarget, body), privateKey).toString('base64');
}
