import { equalSignatures } from './hmac.js';
import { accessDenied, invalidArgument } from '../wire/oss-refusal.js';
import type { OssRequest } from './oss-request.js';
import { checkClock, secretOf, signatureMismatch, type SignatureRules } from './signature-checks.js';
import { signV1, stringToSignV1 } from './signature-v1.js';

/**
 * Verifies `Authorization: OSS <key id>:<signature>`.
 * @throws OssRefusal
 */
export function verifyHeaderV1(request: OssRequest, authorization: string, rules: SignatureRules) {
  const [, accessKeyId, signature] = /^OSS ([^:\s]+):(\S+)$/.exec(authorization) ?? [];
  if (!accessKeyId || !signature) throw invalidArgument('Authorization header is invalid.');
  const secret = secretOf(accessKeyId, rules);
  const date = request.headers['x-oss-date'] ?? request.headers['date'] ?? '';
  checkClock(date ? new Date(date) : undefined, rules);
  return compare(request, date, { accessKeyId, secret, signature });
}

/**
 * Verifies a URL with `OSSAccessKeyId`, `Expires` and `Signature`.
 * @throws OssRefusal
 */
export function verifyUrlV1(request: OssRequest, rules: SignatureRules) {
  const { OSSAccessKeyId: accessKeyId, Expires: expires, Signature: signature } = request.query;
  if (!accessKeyId || !expires || !signature)
    throw accessDenied(
      'Query string authentication requires the Signature, Expires and OSSAccessKeyId parameters.',
    );
  if (!/^\d{1,11}$/.test(expires)) throw accessDenied('Invalid date (should be seconds since epoch).');
  const secret = secretOf(accessKeyId, rules);
  if (Number(expires) * 1000 < rules.now.getTime()) throw accessDenied('Request has expired.');
  return compare(request, expires, { accessKeyId, secret, signature });
}

function compare(
  request: OssRequest,
  date: string,
  { accessKeyId, secret, signature }: Record<'accessKeyId' | 'secret' | 'signature', string>,
): { accessKeyId: string } {
  const text = stringToSignV1(request, date);
  if (equalSignatures(signV1(secret, text), signature)) return { accessKeyId };
  throw signatureMismatch({
    OSSAccessKeyId: accessKeyId,
    SignatureProvided: signature,
    StringToSign: text,
  });
}
