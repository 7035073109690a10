import type { KeyObject } from 'node:crypto';
import { isLandfallError } from '#runtime';
import type { ExplainedStep, ExplainSettings } from './step.js';
import { callbackStringToSign, verifyCallbackSignature } from '#oss';
import type { CapturedCallback } from './captured.js';
import { explainDigest, explainMismatch, type Mismatch } from './mismatch.js';
import { md5, repairSignature } from './signature.js';
import { signedTargets } from './suspects/target-changes.js';

const title = 'signature';

/** Explains whether the signature is valid, and if not, why. Never throws. */
export function explainVerification(captured: CapturedCallback, settings: ExplainSettings): ExplainedStep {
  const mismatch = {
    captured,
    targets: signedTargets(captured, settings),
    hashedBytesMax: settings.hashedBytesMax,
  };
  if (captured.logged) return explainLogged(mismatch, captured.logged);
  const authorization = captured.headers['authorization'];
  if (!authorization)
    return wrong(
      'header authorization is missing',
      'likely cause: a proxy or web server stripped it; configure it to forward the header',
    );
  if (!settings.key) return wrong('the signature cannot be checked without a key');
  return explainSignature(mismatch, authorization, settings.key, settings.pathPrefix);
}

function explainSignature(
  mismatch: Mismatch,
  authorization: string,
  key: KeyObject,
  pathPrefix: string,
): ExplainedStep {
  const { rawTarget, body } = mismatch.captured;
  const shown = `a signature of ${authorization.length} characters (not shown)`;
  const holds = (signature: string) =>
    verifyCallbackSignature({ rawTarget: pathPrefix + rawTarget, body, authorization: signature, key });
  try {
    if (holds(authorization)) return { title, verdict: 'ok', lines: [`${shown} is valid`] };
  } catch (error) {
    if (!isLandfallError(error, 'callback.signature_malformed'))
      return wrong(isLandfallError(error) ? `${error.message} (${error.code})` : String(error));
  }
  if (/^OSS4?[ -]/.test(authorization) && /:|Signature=/.test(authorization))
    return wrong(
      `${shown} belongs to a request to OSS`,
      'likely cause: this is not a callback from OSS, or a proxy signs requests again',
    );
  const signature = repairSignature(authorization);
  if (!signature) return wrong(`${shown} is not base64`);
  const lines = [`${shown} is not valid`];
  const repaired = signature.toString('base64');
  if (repaired !== authorization)
    lines.push(
      'likely cause: header authorization was changed: OSS sends plain base64, without scheme or quotes',
    );
  if (repaired === authorization || !holds(repaired))
    lines.push(...explainMismatch(mismatch, signature, key));
  return wrong(...lines);
}

/**
 * A log line contains the digest that was signed instead of the signature, unless something had to
 * be hidden.
 */
function explainLogged(
  mismatch: Mismatch,
  { digest, holds, findings, hidden }: NonNullable<CapturedCallback['logged']>,
): ExplainedStep {
  if (!digest)
    return {
      title,
      verdict: holds ? 'ok' : 'wrong',
      lines: [
        ...(hidden.length > 0
          ? [
              `the log hides ${hidden.join(' and ')}, so the signature cannot be checked again; the api found:`,
            ]
          : []),
        ...findings,
      ],
    };
  const { body } = mismatch.captured;
  const matching = mismatch.targets.find(
    ({ sent, cause }) => cause === '' && digestOf(sent, body) === digest,
  );
  if (matching) return { title, verdict: 'ok', lines: [`its digest ${digest} matches the string to sign`] };
  const anew = explainDigest(mismatch, { algorithm: 'MD5', digest: Buffer.from(digest, 'hex') });
  // The api may have known settings that are unavailable here.
  const reported = namesCause(anew) || !namesCause(findings) ? anew : ['the api found:', ...findings];
  return wrong(`its digest ${digest} does not match the string to sign`, ...reported);
}

function namesCause(findings: readonly string[]): boolean {
  return findings.some((finding) => finding.startsWith('likely cause'));
}

function digestOf(target: string, body: Buffer): string {
  try {
    return md5(callbackStringToSign(target, body)).toString('hex');
  } catch {
    return 'none';
  }
}

function wrong(...lines: string[]): ExplainedStep {
  return { title, verdict: 'wrong', lines };
}
