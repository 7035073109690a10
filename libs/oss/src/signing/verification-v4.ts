import { equalSignatures } from './hmac.js';
import { accessDenied, invalidArgument } from '../wire/oss-refusal.js';
import type { OssRequest } from './oss-request.js';
import {
  checkClock,
  maxClockSkewMs,
  secretOf,
  signatureMismatch,
  type SignatureRules,
} from './signature-checks.js';
import {
  algorithmV4,
  canonicalRequestV4,
  formatDateV4,
  parseDateV4,
  signV4,
  stringToSignV4,
} from './signature-v4.js';

const maxExpiresS = 604_800;

interface ClaimV4 {
  readonly credential: string;
  readonly additionalHeaders: readonly string[];
  readonly signature: string;
  /** As in `x-oss-date`. */
  readonly date: string;
  /** The date text that the client signed, if it differs from `date`. */
  readonly dateText?: string;
}

/**
 * Verifies `Authorization: OSS4-HMAC-SHA256 Credential=…,…,Signature=…` (parts in any order).
 * @throws OssRefusal
 */
export function verifyHeaderV4(request: OssRequest, authorization: string, rules: SignatureRules) {
  const parts = new Map(
    authorization
      .slice(algorithmV4.length)
      .split(',')
      .map((part) => [part.slice(0, part.indexOf('=')).trim(), part.slice(part.indexOf('=') + 1).trim()]),
  );
  const credential = parts.get('Credential');
  const signature = parts.get('Signature');
  if (!credential || !signature) throw invalidArgument('Authorization header is invalid.', '0002-00000213');
  if (request.headers['x-oss-content-sha256'] !== 'UNSIGNED-PAYLOAD')
    throw invalidArgument('Header x-oss-content-sha256 must be UNSIGNED-PAYLOAD.');
  const dateText = request.headers['x-oss-date'] ?? request.headers['date'] ?? '';
  const date = request.headers['x-oss-date'] ?? dateV4Of(dateText);
  const additionalHeaders = (parts.get('AdditionalHeaders') ?? '').split(';').filter(Boolean);
  const secret = checkCredentialV4(credential, date, rules, headerRefusals);
  checkClock(parseDateV4(date), rules);
  return compare(request, { credential, additionalHeaders, signature, date, dateText }, secret, rules);
}

/**
 * Some SDKs send no x-oss-date and sign the Date header as it stands: the Android SDK writes it in V4 format,
 * aliyun-oss-go-sdk in HTTP format.
 */
function dateV4Of(dateHeader: string): string {
  const date = parseDateV4(dateHeader) ?? new Date(dateHeader);
  return Number.isNaN(date.getTime()) ? '' : formatDateV4(date);
}

/**
 * Verifies a URL with `x-oss-signature-version`, `-credential`, `-date`, `-expires` and `-signature`.
 * @throws OssRefusal
 */
export function verifyUrlV4(request: OssRequest, rules: SignatureRules) {
  const { query } = request;
  const credential = query['x-oss-credential'] ?? '';
  const date = query['x-oss-date'] ?? '';
  const signature = query['x-oss-signature'] ?? '';
  const expires = query['x-oss-expires'] ?? '';
  if (query['x-oss-signature-version'] !== algorithmV4)
    throw invalidArgument(`x-oss-signature-version must be ${algorithmV4}.`);
  if (!credential || !date || !signature || !expires)
    throw accessDenied('A signed URL needs x-oss-credential, x-oss-date, x-oss-expires and x-oss-signature.');
  // Clients send these for an expiry in the past.
  if (/^(-\d{1,11}|0)$/.test(expires)) throw accessDenied('Request has expired.');
  if (!/^\d{1,6}$/.test(expires) || Number(expires) < 1 || Number(expires) > maxExpiresS)
    throw invalidArgument(`x-oss-expires must be from 1 to ${maxExpiresS}.`, '0002-00000232');
  const secret = checkCredentialV4(credential, date, rules, urlRefusals);
  const signedAt = parseDateV4(date);
  if (!signedAt) throw invalidArgument('x-oss-date must be such as 20260115T083000Z.');
  if (signedAt.getTime() > rules.now.getTime() + maxClockSkewMs) checkClock(signedAt, rules);
  if (signedAt.getTime() + Number(expires) * 1000 < rules.now.getTime())
    throw accessDenied('Request has expired.');
  const additionalHeaders = (query['x-oss-additional-headers'] ?? '').split(';').filter(Boolean);
  return compare(request, { credential, additionalHeaders, signature, date }, secret, rules);
}

/** The refusal of an invalid credential, by its place in the request. */
interface CredentialRefusals {
  readonly place: string;
  readonly regionEc: string;
}
const headerRefusals = { place: 'Authorization header', regionEc: '0002-00000226' };
const urlRefusals = { place: 'query string', regionEc: '0002-00000226' };

/**
 * Checks `<key id>/<day>/<region>/oss/aliyun_v4_request` against the date and the server's region.
 * @returns the secret of the key
 * @throws OssRefusal
 */
export function checkCredentialV4(
  credential: string,
  date: string,
  rules: SignatureRules,
  { place, regionEc }: CredentialRefusals,
): string {
  const [accessKeyId, day, region, product, suffix, ...more] = credential.split('/');
  if (!accessKeyId || suffix !== 'aliyun_v4_request' || more.length > 0)
    throw invalidArgument(`Invalid credential in ${place}.`, '0002-00000213');
  if (product !== 'oss') throw invalidArgument(`Invalid signing product in ${place}.`, '0002-00000227');
  if (region !== rules.region) throw invalidArgument(`Invalid signing region in ${place}.`, regionEc);
  if (day !== date.slice(0, 8)) throw invalidArgument(`Invalid signing date in ${place}.`);
  return secretOf(accessKeyId, rules);
}

function compare(request: OssRequest, claim: ClaimV4, secret: string, rules: SignatureRules) {
  const accessKeyId = claim.credential.split('/', 1)[0] ?? '';
  const texts = (['name', 'name='] as const).map((emptyValue) => {
    const canonicalRequest = canonicalRequestV4(request, claim.additionalHeaders, emptyValue);
    const stringToSign = stringToSignV4(canonicalRequest, claim.date, rules.region, claim.dateText);
    return { canonicalRequest, stringToSign };
  });
  const holds = texts.some(({ stringToSign }) =>
    equalSignatures(signV4(secret, claim.date, rules.region, stringToSign), claim.signature),
  );
  if (holds) return { accessKeyId };
  throw signatureMismatch({
    OSSAccessKeyId: accessKeyId,
    SignatureProvided: claim.signature,
    StringToSign: texts[0]?.stringToSign ?? '',
    CanonicalRequest: texts[0]?.canonicalRequest ?? '',
  });
}
