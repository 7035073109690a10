import { isUtf8 } from 'node:buffer';
import { decodeStrictBase64 } from '#oss';
import type { ExplainSettings } from './step.js';
import type { CapturedCallback, LoggedFacts } from './captured.js';
import { md5, signedDigest } from './signature.js';
import { explainVerification } from './verification.js';
import { masked, maskSecrets } from '#oss';

const targetMaxLength = 2_048;
const bodyMaxBytes = 4_096;
const shortMaxLength = 300;

/** What tells something of a callback or of what changed it. */
const loggedHeaders = [
  'host',
  'content-type',
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'content-md5',
  'user-agent',
  'via',
  'x-oss-signature-version',
  'x-forwarded-host',
  'x-forwarded-prefix',
  'x-forwarded-proto',
  'x-forwarded-uri',
  'x-original-uri',
  'x-original-url',
  'x-envoy-original-path',
];

export interface RefusedCallback {
  readonly request: {
    readonly method: string;
    readonly target: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly bodyBase64?: string;
    readonly bodyBytes: number;
    /** Left out where the body holds secrets that could be guessed with it. */
    readonly bodyMd5?: string;
  };
  readonly signed: Omit<LoggedFacts, 'refusal'>;
}

/**
 * What to log of a refused callback, so that `readCapturedCallback` and `explainCallback` can tell why later. In place of the
 * signature stands the digest that it is over; secret values are masked, and with them goes the digest, so the cause is
 * looked for now. Bounded: at most some 20,000 characters of JSON. Never throws.
 */
export function describeRefused(captured: CapturedCallback, settings: ExplainSettings): RefusedCallback {
  const { method, rawTarget, headers, body } = captured;
  const hidden: string[] = [];
  const bounded = (what: string, text: string, maxLength: number) => {
    const safe = maskSecrets(text);
    const hasSecret = safe !== text;
    if (hasSecret) hidden.push(`secret values of the ${what}`);
    if (safe.length > maxLength) hidden.push(`the ${what} after ${maxLength} characters`);
    return { text: safe.slice(0, maxLength), hasSecret };
  };
  const target = bounded('target', rawTarget, targetMaxLength).text;
  const bodyFields = describeBody(body, bounded, hidden);
  const kept = loggedHeaders.flatMap((name): [string, string][] => {
    const value = headers[name];
    if (value === undefined || (name === 'content-md5' && bodyFields.bodyMd5 === undefined)) return [];
    return [[name, bounded(`header ${name}`, value, shortMaxLength).text]];
  });
  const { verdict, lines } = explainVerification(captured, settings);
  return {
    request: {
      method,
      target,
      headers: Object.fromEntries([...kept, ...describeCredentials(headers)]),
      ...bodyFields,
    },
    signed: {
      keySource: settings.keySource,
      pinned: settings.pinned,
      digest: hidden.length > 0 ? null : recoverDigest(captured, settings),
      holds: verdict === 'ok',
      findings: lines.map((line) => maskSecrets(line).slice(0, shortMaxLength)),
      hidden,
    },
  };
}

type Bounded = (what: string, text: string, maxLength: number) => { text: string; hasSecret: boolean };

function describeBody(body: Buffer, bounded: Bounded, hidden: string[]) {
  // Masks find ASCII. OSS sends no other kind of text; UTF-16 could hide a secret from them.
  if (body.includes(0)) {
    hidden.push('a body with NUL bytes');
    return { body: '', bodyBytes: body.length };
  }
  const kept = bounded('body', body.toString('latin1'), bodyMaxBytes);
  const bytes = Buffer.from(kept.text, 'latin1');
  const text = bytes.toString();
  const isText = isUtf8(body) && !/[^\P{Cc}\t\r\n]/u.test(text);
  return {
    ...(isText ? { body: text } : { bodyBase64: bytes.toString('base64') }),
    bodyBytes: body.length,
    ...(kept.hasSecret ? {} : { bodyMd5: md5(body).toString('hex') }),
  };
}

/** The signature goes; the key URL stays unless it is one that could carry a secret. */
function describeCredentials(headers: Readonly<Record<string, string>>): [string, string][] {
  const shown: [string, string][] = [];
  if (headers['authorization']) shown.push(['authorization', masked]);
  const keyUrl = headers['x-oss-pub-key-url'];
  if (keyUrl) {
    const isPlain =
      keyUrl.length <= shortMaxLength && !/[?#@]/.test(Buffer.from(keyUrl, 'base64').toString());
    shown.push(['x-oss-pub-key-url', isPlain ? keyUrl : masked]);
  }
  return shown;
}

/** The MD5 that the signature of a callback is over, in hex; null when it was not made with this key. Costs one RSA verify. */
export function recoverDigest(
  { headers }: Pick<CapturedCallback, 'headers'>,
  { key }: Pick<ExplainSettings, 'key'>,
): string | null {
  const signature = decodeStrictBase64(headers['authorization'] ?? '');
  const signed = signature && key && signedDigest(signature, key);
  return signed?.algorithm === 'MD5' ? signed.digest.toString('hex') : null;
}
