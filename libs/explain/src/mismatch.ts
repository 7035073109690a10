import type { KeyObject } from 'node:crypto';
import { callbackStringToSign } from '#oss';
import { bodyChanges } from './suspects/body-changes.js';
import type { CapturedCallback } from './captured.js';
import { md5, ossProductionKey, signedDigest, type SignedDigest } from './signature.js';
import { targetChanges, type Change } from './suspects/target-changes.js';

/**
 * Cost of one attempt besides its bytes, and cost of producing a byte of a changed body, both
 * measured in hashed bytes.
 */
const tryBytes = 1_024;
const changeFactor = 16;

/** A callback whose signature is not valid, and a limit for the search for the reason. */
export interface Mismatch {
  readonly captured: CapturedCallback;
  /**
   * The targets that may have been signed if nothing changed them in transit; with a cause if our
   * settings are wrong.
   */
  readonly targets: readonly Change<string>[];
  /** Approximate maximum number of hashed bytes. */
  readonly hashedBytesMax: number;
}

/**
 * Explains why a callback signature is not valid, most certain findings first. RSA reveals the
 * signed digest, so common changes are tried until one has that digest.
 */
export function explainMismatch(mismatch: Mismatch, signature: Buffer, key: KeyObject): string[] {
  const signed = signedDigest(signature, key);
  if (signed) return explainDigest(mismatch, signed);
  const production = signedDigest(signature, ossProductionKey);
  if (!production)
    return [
      'likely cause: the signature was made with the key of another environment, or was changed in transit',
      ...signatureSize(signature, key),
      ...bodyEvidence(mismatch.captured),
    ];
  return [
    'likely cause: the key belongs to another environment: this signature was made with the key of real OSS',
    ...explainDigest(mismatch, production),
  ];
}

/** Like `explainMismatch`, when only the signed digest is known. */
export function explainDigest(mismatch: Mismatch, { algorithm, digest }: SignedDigest): string[] {
  const evidence = bodyEvidence(mismatch.captured);
  if (algorithm !== 'MD5')
    return [
      `likely cause: OSS did not make this signature: it covers ${algorithm}, but OSS uses MD5`,
      ...evidence,
    ];
  const { cause, gaveUp } = findCause(mismatch, digest);
  if (cause !== undefined) return [...(cause ? [`likely cause: ${cause}`] : []), ...evidence];
  return [
    'the signature was made with this key, so the path, query or body differs from what was signed; no common change explains it',
    ...(gaveUp ? ['the body is large, so not all combinations of changes were tried'] : []),
    ...bodyCause(mismatch),
    ...evidence,
  ];
}

interface Found {
  /** Empty if a target matches without a change; undefined if no common change produces this digest. */
  readonly cause: string | undefined;
  /** Whether the search stopped early because it would have taken too long. */
  readonly gaveUp: boolean;
}

function findCause({ captured, targets, hashedBytesMax }: Mismatch, signed: Buffer): Found {
  const { headers, body } = captured;
  let bytesLeft = hashedBytesMax;
  const holds = (target: string, sent: Uint8Array) => {
    bytesLeft -= target.length + sent.length + tryBytes;
    const bytes = tryStringToSign(target, sent);
    return bytes !== undefined && md5(bytes).equals(signed);
  };
  const changed = targets.flatMap(({ sent, cause }) =>
    [...targetChanges(sent, headers)].map((change) => ({
      sent: change.sent,
      cause: joined(change.cause, cause),
    })),
  );
  for (const { sent, cause } of [...targets, ...changed]) {
    if (bytesLeft < 0) return { cause: undefined, gaveUp: true };
    if (holds(sent, body)) return { cause, gaveUp: false };
  }
  // One change is more likely than two.
  for (const among of [targets, changed])
    for (const { sent, cause } of bodyChanges(body, headers)) {
      bytesLeft -= sent.length * changeFactor;
      for (const target of among) {
        if (bytesLeft < 0) return { cause: undefined, gaveUp: true };
        if (holds(target.sent, sent)) return { cause: joined(cause, target.cause), gaveUp: false };
      }
    }
  return { cause: undefined, gaveUp: false };
}

function joined(...causes: string[]): string {
  return causes.filter(Boolean).join('; and ');
}

function tryStringToSign(target: string, body: Uint8Array): Buffer | undefined {
  try {
    return callbackStringToSign(target, body);
  } catch {
    return undefined;
  }
}

function signatureSize(signature: Buffer, key: KeyObject): string[] {
  const keyBytes = Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8);
  return signature.length === keyBytes
    ? []
    : [`the signature has ${signature.length} bytes, but this key makes signatures of ${keyBytes} bytes`];
}

/** Finds the change of the body that explains the Content-MD5 header, which OSS sends but does not sign. */
function bodyCause({ captured: { headers, body }, hashedBytesMax }: Mismatch): string[] {
  const contentMd5 = headers['content-md5'];
  if (contentMd5 === undefined || md5(body).toString('base64') === contentMd5) return [];
  let bytesLeft = hashedBytesMax / 4;
  for (const { sent, cause } of bodyChanges(body, headers)) {
    if (md5(sent).toString('base64') === contentMd5)
      return [`likely cause: ${cause} (as Content-MD5 shows), and path or query was changed too`];
    bytesLeft -= sent.length * changeFactor + tryBytes;
    if (bytesLeft < 0) break;
  }
  return [];
}

/** Reports what Content-Length and Content-MD5 (which OSS sends but does not sign) reveal about the body. */
function bodyEvidence({ headers, body }: CapturedCallback): string[] {
  const findings: string[] = [];
  const announced = Number(headers['content-length'] ?? body.length);
  if (body.length < announced)
    findings.push(
      `the body is truncated: it has ${body.length} of the ${announced} bytes that Content-Length announces`,
    );
  if (body.length === 0)
    findings.push('the body is empty: perhaps a body parser read it before it was captured');
  const contentMd5 = headers['content-md5'];
  if (contentMd5 !== undefined)
    findings.push(
      md5(body).toString('base64') === contentMd5
        ? 'Content-MD5 matches the body: check path, query and key'
        : 'Content-MD5 does not match the body: the body was changed after OSS sent it',
    );
  return findings;
}
