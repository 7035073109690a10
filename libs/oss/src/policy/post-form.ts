import { decodeStrictBase64 } from '../wire/base64.js';
import { equalSignatures } from '../signing/hmac.js';
import { OssRefusal, invalidArgument } from '../wire/oss-refusal.js';
import type { OssCredentials } from '../signing/oss-request.js';
import { parsePostPolicy, type PostPolicy } from './post-policy.js';
import {
  maxClockSkewMs,
  secretOf,
  signatureMismatch,
  type SignatureRules,
} from '../signing/signature-checks.js';
import { signV1 } from '../signing/signature-v1.js';
import { algorithmV4, formatDateV4, parseDateV4, scopeV4, signV4 } from '../signing/signature-v4.js';
import { checkCredentialV4 } from '../signing/verification-v4.js';

const longestFormLifeMs = 7 * 86_400_000;

export interface PostFormRequest extends OssCredentials {
  readonly bucket: string;
  readonly region: string;
  readonly expiresAt: Date;
  /** Conditions in OSS's notation, besides the bucket and those that V4 itself requires. */
  readonly conditions: readonly unknown[];
  readonly now?: Date;
}

/** Creates the form fields with a V4 policy. The caller adds the fields that the conditions name (key, callback, …). */
export function signPolicyV4(request: PostFormRequest): Record<string, string> {
  const date = formatDateV4(request.now ?? new Date());
  const fields: Record<string, string> = {
    'x-oss-signature-version': algorithmV4,
    'x-oss-credential': `${request.accessKeyId}/${scopeV4(date, request.region)}`,
    'x-oss-date': date,
  };
  if (request.securityToken) fields['x-oss-security-token'] = request.securityToken;
  const demanded = Object.entries(fields).map(([name, value]) => ({ [name]: value }));
  const policy = encodePolicy(request, demanded);
  const signature = signV4(request.accessKeySecret, date, request.region, policy);
  return { ...fields, policy, 'x-oss-signature': signature };
}

/** Creates the form fields with a V1 policy. */
export function signPolicyV1(request: Omit<PostFormRequest, 'region' | 'now'>): Record<string, string> {
  const policy = encodePolicy(request, []);
  const fields = {
    OSSAccessKeyId: request.accessKeyId,
    policy,
    Signature: signV1(request.accessKeySecret, policy),
  };
  return request.securityToken ? { ...fields, 'x-oss-security-token': request.securityToken } : fields;
}

function encodePolicy(
  { bucket, expiresAt, conditions }: Omit<PostFormRequest, 'region'>,
  demanded: readonly unknown[],
): string {
  const policy = {
    expiration: expiresAt.toISOString(),
    conditions: [{ bucket }, ...demanded, ...conditions],
  };
  return Buffer.from(JSON.stringify(policy)).toString('base64');
}

/**
 * Verifies the signature of a form (V1 or V4) and reads its policy; `checkPostConditions` checks the conditions.
 * @param fields by lower-case name
 * @returns undefined if the form is not signed
 * @throws OssRefusal
 */
export function verifyPostForm(
  fields: Readonly<Record<string, string>>,
  rules: SignatureRules,
): { accessKeyId: string; policy: PostPolicy } | undefined {
  const version = fields['x-oss-signature-version'];
  if (version === algorithmV4) return verifyFormV4(fields, rules);
  if (version !== undefined)
    throw invalidArgument(`x-oss-signature-version must be ${algorithmV4}.`, '0002-00000701');
  if (!['ossaccesskeyid', 'signature', 'policy'].some((name) => fields[name] !== undefined)) return undefined;
  const policy = needed(fields, 'policy');
  const accessKeyId = needed(fields, 'ossaccesskeyid', 'OSSAccessKeyId');
  const signature = needed(fields, 'signature', 'Signature');
  compare(signV1(secretOf(accessKeyId, rules), policy), signature, accessKeyId, policy);
  return { accessKeyId, policy: decodePolicy(policy) };
}

function verifyFormV4(fields: Readonly<Record<string, string>>, rules: SignatureRules) {
  const policyText = needed(fields, 'policy');
  const credential = needed(fields, 'x-oss-credential');
  const date = needed(fields, 'x-oss-date');
  const signature = needed(fields, 'x-oss-signature');
  const signedAt = parseDateV4(date);
  if (!signedAt) throw invalidArgument('x-oss-date must be such as 20260115T083000Z.');
  if (credential.split('/')[2] !== rules.region)
    throw invalidArgument('The signing region in credential is invalid.', '0002-00000715', {
      ArgumentName: 'x-oss-credential',
      ArgumentValue: credential,
    });
  const secret = checkCredentialV4(credential, date, rules, { place: 'form', regionEc: '0002-00000715' });
  const ageMs = rules.now.getTime() - signedAt.getTime();
  if (ageMs < -maxClockSkewMs || ageMs > longestFormLifeMs)
    throw new OssRefusal(403, 'AccessDenied', 'Invalid according to Policy: x-oss-date is out of range.');
  const accessKeyId = credential.split('/', 1)[0] ?? '';
  compare(signV4(secret, date, rules.region, policyText), signature, accessKeyId, policyText);
  const policy = decodePolicy(policyText);
  const demanded = ['x-oss-signature-version', 'x-oss-credential', 'x-oss-date'];
  if (fields['x-oss-security-token'] !== undefined) demanded.push('x-oss-security-token');
  for (const name of demanded) {
    if (!policy.conditions.some(({ kind, field }) => kind === 'eq' && field === name))
      throw invalidArgument(`The policy must have a condition on ${name}.`, '0002-00000710');
  }
  return { accessKeyId, policy };
}

function needed(fields: Readonly<Record<string, string>>, field: string, shown = field): string {
  const value = fields[field];
  if (value) return value;
  const ec = field === 'policy' ? '0002-00000702' : undefined;
  throw invalidArgument(`The bucket POST must contain the specified '${shown}'.`, ec, {
    ArgumentName: shown,
  });
}

function compare(computed: string, provided: string, accessKeyId: string, policy: string): void {
  if (equalSignatures(computed, provided)) return;
  throw signatureMismatch({ OSSAccessKeyId: accessKeyId, SignatureProvided: provided, StringToSign: policy });
}

function decodePolicy(base64: string): PostPolicy {
  const bytes = decodeStrictBase64(base64);
  if (!bytes)
    throw new OssRefusal(400, 'InvalidPolicyDocument', 'Invalid Policy: the policy is not base64 encoded.');
  return parsePostPolicy(bytes.toString('utf8'));
}
