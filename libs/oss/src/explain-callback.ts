import type { KeyObject } from 'node:crypto';
import { isLandfallError } from '#runtime';
import { readCallbackBody } from './callback-body.js';
import { readKeyUrl } from './callback-key-url.js';
import { callbackStringToSign, verifyCallbackSignature } from './callback-signature.js';
import type { CapturedCallback } from './explain-captured.js';
import { explainMismatch } from './explain-mismatch.js';
import { repairSignature } from './explain-signature.js';
import type { CallbackBodySettings } from './landed-object.js';
import { showValue } from './shown-value.js';

export interface ExplainedStep {
  readonly title: string;
  readonly verdict: 'ok' | 'wrong' | 'note';
  readonly lines: readonly string[];
}

export interface ExplainedCallback {
  /** Whether the api would believe it: the signature holds, with a key that is pinned or from an allowed host. */
  readonly holds: boolean;
  readonly steps: readonly ExplainedStep[];
}

export interface ExplainSettings {
  /** The key to verify with; undefined, with the reason, when there is none. */
  readonly key: KeyObject | undefined;
  /** Where the key is from, or why there is none. */
  readonly keySource: string;
  /** A pinned key is taken whatever the request says. */
  readonly pinned: boolean;
  readonly allowedHosts: readonly string[];
  /** Path prefix that a proxy takes away, or empty. */
  readonly pathPrefix: string;
  readonly body: CallbackBodySettings;
}

const shownBytes = 200;

/** Says step by step what a captured callback holds, what was signed, and why the signature does not hold. Never throws. */
export function explainCallback(captured: CapturedCallback, settings: ExplainSettings): ExplainedCallback {
  const keyUrl = explainKeyUrl(captured, settings);
  const signature = explainSignature(captured, settings);
  const steps = [
    explainRequest(captured),
    keyUrl,
    { title: 'key', verdict: settings.key ? 'ok' : 'wrong', lines: [settings.keySource] } as const,
    explainStringToSign(captured, settings),
    signature,
    explainBody(captured, settings),
  ];
  return { holds: signature.verdict === 'ok' && keyUrl.verdict !== 'wrong', steps };
}

function explainRequest({ method, rawTarget, headers, body }: CapturedCallback): ExplainedStep {
  const missing = ['authorization', 'x-oss-pub-key-url', 'content-type'].filter((name) => !headers[name]);
  const lines = [
    `${method} ${JSON.stringify(rawTarget)}, ${body.length} bytes of body`,
    `headers: ${Object.keys(headers).join(', ') || 'none'}`,
  ];
  if (method !== 'POST') lines.push('OSS sends POST');
  if (missing.length > 0) lines.push(`missing: ${missing.join(', ')}`);
  return { title: 'request', verdict: method === 'POST' && missing.length === 0 ? 'ok' : 'wrong', lines };
}

function explainKeyUrl({ headers }: CapturedCallback, settings: ExplainSettings): ExplainedStep {
  const title = 'key URL';
  try {
    const url = readKeyUrl(headers['x-oss-pub-key-url'], settings.allowedHosts);
    return { title, verdict: 'ok', lines: [url.href, `host ${url.host} is allowed`] };
  } catch (error) {
    const lines = [describe(error)];
    return settings.pinned
      ? { title, verdict: 'note', lines: [...lines, 'it does not matter: the key is a given one'] }
      : { title, verdict: 'wrong', lines };
  }
}

function explainStringToSign(
  { rawTarget, body }: CapturedCallback,
  { pathPrefix }: ExplainSettings,
): ExplainedStep {
  const title = 'string to sign';
  try {
    const head = callbackStringToSign(pathPrefix + rawTarget, Buffer.alloc(0)).toString();
    const shown = JSON.stringify(head + body.toString('utf8', 0, shownBytes));
    const more = body.length > shownBytes ? ` … and ${body.length - shownBytes} more bytes` : '';
    return { title, verdict: 'ok', lines: [shown + more] };
  } catch (error) {
    return { title, verdict: 'wrong', lines: [describe(error)] };
  }
}

function explainSignature(captured: CapturedCallback, { key, pathPrefix }: ExplainSettings): ExplainedStep {
  const title = 'signature';
  const { rawTarget, body, headers } = captured;
  const authorization = headers['authorization'];
  if (!authorization)
    return {
      title,
      verdict: 'wrong',
      lines: [
        'header authorization is missing',
        'likely cause: a proxy or web server stripped it; let it pass it on',
      ],
    };
  if (!key) return { title, verdict: 'wrong', lines: ['cannot be checked without a key'] };
  const shown = `${authorization.slice(0, 8)}… (${authorization.length} characters)`;
  const target = pathPrefix + rawTarget;
  try {
    if (verifyCallbackSignature({ rawTarget: target, body, authorization, key }))
      return { title, verdict: 'ok', lines: [`${shown} holds`] };
  } catch (error) {
    if (!isLandfallError(error, 'callback.signature_malformed'))
      return { title, verdict: 'wrong', lines: [describe(error)] };
  }
  const signature = repairSignature(authorization);
  if (!signature) return { title, verdict: 'wrong', lines: [`${shown} is not base64`] };
  const lines = [`${shown} does not hold`];
  if (signature.toString('base64') !== authorization)
    lines.push(
      'likely cause: header authorization was changed: OSS sends plain base64, without scheme or quotes',
    );
  const targets = pathPrefix === '' ? [rawTarget] : [target, rawTarget];
  if (!holdsFor(signature)) lines.push(...explainMismatch(captured, targets, signature, key));
  return { title, verdict: 'wrong', lines };

  function holdsFor(repaired: Buffer): boolean {
    const callback = { rawTarget: target, body, authorization: repaired.toString('base64') };
    return key !== undefined && verifyCallbackSignature({ ...callback, key });
  }
}

function explainBody({ headers, body }: CapturedCallback, settings: ExplainSettings): ExplainedStep {
  const title = 'body';
  try {
    const { bucket, objectKey, vars } = readCallbackBody(headers['content-type'], body, settings.body);
    const names = Object.keys(vars).join(', ') || 'none';
    return {
      title,
      verdict: 'ok',
      lines: [`bucket ${showValue(bucket)}, object ${showValue(objectKey)}; vars: ${showValue(names)}`],
    };
  } catch (error) {
    return { title, verdict: 'wrong', lines: [describe(error), 'the api would refuse it, signed or not'] };
  }
}

function describe(error: unknown): string {
  return isLandfallError(error) ? `${error.message} (${error.code})` : String(error);
}
