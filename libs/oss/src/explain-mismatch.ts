import type { KeyObject } from 'node:crypto';
import { callbackStringToSign } from './callback-signature.js';
import { bodyChanges } from './explain-body-changes.js';
import type { CapturedCallback } from './explain-captured.js';
import { md5, ossProductionKey, signedDigest } from './explain-signature.js';
import { targetChanges, type Change } from './explain-target-changes.js';

const maxTriedBytes = 1_048_576;

/**
 * Why a callback signature does not hold, the most certain findings first. RSA gives back the digest that was signed, so
 * the usual changes are tried until one has that digest.
 */
export function explainMismatch(
  captured: CapturedCallback,
  targets: readonly string[],
  signature: Buffer,
  key: KeyObject,
): string[] {
  const evidence = bodyEvidence(captured);
  const digest = signedDigest(signature, key);
  const productionDigest = digest ? undefined : signedDigest(signature, ossProductionKey);
  const signed = digest ?? productionDigest;
  if (!signed)
    return [
      'likely cause: the signature was made with the key of another environment, or was changed on the way',
      ...evidence,
    ];
  const otherKey = productionDigest
    ? [
        'likely cause: the key is one of another environment: this signature was made with the key of real OSS',
      ]
    : [];
  const cause = findCause(captured, targets, signed);
  if (cause !== undefined) return [...otherKey, ...(cause ? [`likely cause: ${cause}`] : []), ...evidence];
  return [
    ...otherKey,
    'key and signature belong together, so path, query or body is not the one that was signed; no usual change explains it',
    ...evidence,
  ];
}

/** The cause in words, empty when nothing was changed; undefined when none of the usual ones has this digest. */
function findCause(
  { headers, body }: CapturedCallback,
  received: readonly string[],
  signed: Buffer,
): string | undefined {
  const holds = (target: string, sent: Uint8Array) => {
    const bytes = tryStringToSign(target, sent);
    return bytes !== undefined && md5(bytes).equals(signed);
  };
  const targets: Change<string>[] = received.map((sent) => ({ sent, cause: '' }));
  for (const target of received) targets.push(...targetChanges(target, headers));
  const unchanged = targets.find(({ sent }) => holds(sent, body));
  if (unchanged) return unchanged.cause;
  if (body.length > maxTriedBytes) return undefined;
  for (const changed of bodyChanges(body, Number(headers['content-length'] ?? body.length)))
    for (const target of targets)
      if (holds(target.sent, changed.sent))
        return [changed.cause, target.cause].filter(Boolean).join('; and ');
  return undefined;
}

function tryStringToSign(target: string, body: Uint8Array): Buffer | undefined {
  try {
    return callbackStringToSign(target, body);
  } catch {
    return undefined;
  }
}

/** What Content-Length and Content-MD5 (which OSS sends, and nothing signs) say about the body. */
function bodyEvidence({ headers, body }: CapturedCallback): string[] {
  const findings: string[] = [];
  const announced = Number(headers['content-length'] ?? body.length);
  if (body.length < announced)
    findings.push(`the body is cut off: ${body.length} bytes of ${announced} that Content-Length announces`);
  if (body.length === 0)
    findings.push('the body is empty: did a body parser read it before it was captured?');
  const contentMd5 = headers['content-md5'];
  if (contentMd5 !== undefined)
    findings.push(
      md5(body).toString('base64') === contentMd5
        ? 'Content-MD5 agrees with the body: look at path, query and key'
        : 'Content-MD5 disagrees with the body: the body was changed after OSS sent it',
    );
  return findings;
}
