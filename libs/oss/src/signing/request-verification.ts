import { invalidArgument } from '../wire/oss-refusal.js';
import type { OssRequest } from './oss-request.js';
import type { SignatureRules } from './signature-checks.js';
import { verifyHeaderV1, verifyUrlV1 } from './verification-v1.js';
import { verifyHeaderV4, verifyUrlV4 } from './verification-v4.js';

/**
 * Verifies the signature of a request (V1 or V4, in a header or in the URL).
 * @returns the signer; undefined if the request is not signed
 * @throws OssRefusal
 */
export function verifyRequest(
  request: OssRequest,
  rules: SignatureRules,
): { accessKeyId: string } | undefined {
  const { headers, query } = request;
  const authorization = headers['authorization'];
  const urlV4 = query['x-oss-signature-version'] !== undefined;
  const urlV1 = ['OSSAccessKeyId', 'Signature', 'Expires'].some((name) => query[name] !== undefined);
  if (authorization !== undefined && (urlV4 || urlV1))
    throw invalidArgument('Only one way of authentication is allowed: a header or the query string.');
  if (urlV4) return verifyUrlV4(request, rules);
  if (urlV1) return verifyUrlV1(request, rules);
  if (authorization === undefined) return undefined;
  if (authorization.startsWith('OSS4-HMAC-SHA256 ')) return verifyHeaderV4(request, authorization, rules);
  if (authorization.startsWith('OSS ')) return verifyHeaderV1(request, authorization, rules);
  throw invalidArgument('Authorization header is invalid.', undefined, {
    ArgumentName: 'Authorization',
    ArgumentValue: authorization.split(' ', 1)[0] ?? '',
  });
}
