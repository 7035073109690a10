import { OssRefusal, accessDenied } from '../wire/oss-refusal.js';

/** Inputs for verifying signatures on the server side. */
export interface SignatureRules {
  readonly findSecret: (accessKeyId: string) => string | undefined;
  /** General region id, such as cn-hangzhou. */
  readonly region: string;
  readonly now: Date;
}

/** Tolerated clock difference between client and server. */
export const maxClockSkewMs = 15 * 60_000;

/** @throws OssRefusal InvalidAccessKeyId */
export function secretOf(accessKeyId: string, rules: SignatureRules): string {
  const secret = rules.findSecret(accessKeyId);
  if (secret !== undefined) return secret;
  throw new OssRefusal(
    403,
    'InvalidAccessKeyId',
    'The OSS Access Key Id you provided does not exist in our records.',
    { ec: '0002-00000902', facts: { OSSAccessKeyId: accessKeyId } },
  );
}

/** @throws OssRefusal RequestTimeTooSkewed, AccessDenied if there is no date */
export function checkClock(requestTime: Date | undefined, { now }: SignatureRules): void {
  if (!requestTime || Number.isNaN(requestTime.getTime()))
    throw accessDenied('OSS authentication requires a valid Date.');
  if (Math.abs(requestTime.getTime() - now.getTime()) <= maxClockSkewMs) return;
  throw new OssRefusal(
    403,
    'RequestTimeTooSkewed',
    'The difference between the request time and the current time is too large.',
    {
      ec: '0002-00000504',
      facts: {
        MaxAllowedSkewMilliseconds: String(maxClockSkewMs),
        RequestTime: requestTime.toISOString(),
        ServerTime: now.toISOString(),
      },
    },
  );
}

/** Facts that OSS returns about a signature mismatch. */
export interface MismatchFacts {
  readonly OSSAccessKeyId: string;
  readonly SignatureProvided: string;
  /** The text that the server signed. */
  readonly StringToSign: string;
  /** With V4 only. */
  readonly CanonicalRequest?: string;
}

/** 403 SignatureDoesNotMatch. */
export function signatureMismatch({ CanonicalRequest: canonical, ...claim }: MismatchFacts): OssRefusal {
  const facts = {
    ...claim,
    StringToSignBytes: hexBytes(claim.StringToSign),
    ...(canonical !== undefined && { CanonicalRequest: canonical }),
  };
  return new OssRefusal(
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    { ec: '0002-00000040', facts },
  );
}

/** Formats bytes as hex to make invisible ones such as a carriage return visible: `47 45 54 0A`. */
function hexBytes(text: string): string {
  return Buffer.from(text)
    .toString('hex')
    .toUpperCase()
    .replaceAll(/..(?=.)/g, '$& ');
}
