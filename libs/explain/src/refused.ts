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

/** Headers that help to explain a callback or what changed it. */
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
    /** Omitted if the body contains secrets that could be guessed with it. */
    readonly bodyMd5?: string;
  };
  readonly signed: Omit<LoggedFacts, 'refusal'>;
}

/**
 * Selects what to log about a refused callback, so that `readCapturedCallback` and
 * `explainCallback` can explain it later. Replaces the signature with the digest that it covers. If
 * anything is masked or cut, the digest is omitted too, so the cause is determined now. Bounded to
 * about 20,000 characters of JSON. Never throws.
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
  // Masks only match ASCII. OSS sends no other encoding; UTF-16 could hide a secret from them.
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

/** Removes the signature; keeps the key URL unless it could contain a secret. */
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

/**
 * The MD5 digest that a callback signature covers, in hex; null if it was not made with this key.
 * Costs one RSA verification.
 */
export function recoverDigest(
  { headers }: Pick<CapturedCallback, 'headers'>,
  { key }: Pick<ExplainSettings, 'key'>,
): string | null {
  const signature = decodeStrictBase64(headers['authorization'] ?? '');
  const signed = signature && key && signedDigest(signature, key);
  return signed?.algorithm === 'MD5' ? signed.digest.toString('hex') : null;
}
