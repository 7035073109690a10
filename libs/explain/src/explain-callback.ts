import { isLandfallError } from '#runtime';
import { readCallbackBody } from '#oss';
import { readKeyUrl } from '#oss';
import { callbackStringToSign } from '#oss';
import type { CapturedCallback } from './captured.js';
import { readObject } from './suspects/json-changes.js';
import type { ExplainedStep, ExplainSettings } from './step.js';
import { explainVerification } from './verification.js';
import { masked, maskSecrets } from '#oss';
import { showValue } from '#oss';

export interface ExplainedCallback {
  /**
   * Whether the api would accept it: the signature is valid with a key that is pinned or from an
   * allowed host.
   */
  readonly holds: boolean;
  readonly steps: readonly ExplainedStep[];
}

const shownCharacters = 200;

/**
 * Explains step by step what a captured callback contains, what was signed, and why the signature
 * is not valid. Shows no signature and no secret. Never throws.
 */
export function explainCallback(captured: CapturedCallback, settings: ExplainSettings): ExplainedCallback {
  const keyUrl = explainKeyUrl(captured, settings);
  const signature = explainVerification(captured, settings);
  const steps = [
    ...explainAnswer(captured),
    explainRequest(captured),
    keyUrl,
    explainKey(captured, settings),
    explainStringToSign(captured, settings),
    signature,
    explainBody(captured, settings),
  ];
  return {
    holds: signature.verdict === 'ok' && keyUrl.verdict !== 'wrong',
    steps: steps.map(({ title, verdict, lines }) => ({ title, verdict, lines: lines.map(maskSecrets) })),
  };
}

function explainAnswer({ logged }: CapturedCallback): ExplainedStep[] {
  return logged
    ? [{ title: 'answer', verdict: 'note', lines: [`the api refused it: ${logged.refusal}`] }]
    : [];
}

function explainKey({ logged }: CapturedCallback, { key, keySource }: ExplainSettings): ExplainedStep {
  const title = 'key';
  if (logged) return { title, verdict: 'note', lines: [`the api used ${logged.keySource}`] };
  return { title, verdict: key ? 'ok' : 'wrong', lines: [keySource] };
}

function explainRequest({ method, rawTarget, headers, body }: CapturedCallback): ExplainedStep {
  const missing = ['authorization', 'x-oss-pub-key-url', 'content-type'].filter((name) => !headers[name]);
  const lines = [
    `${method} ${JSON.stringify(maskSecrets(rawTarget))}, ${body.length} bytes of body`,
    `headers: ${Object.keys(headers).join(', ') || 'none'}`,
  ];
  if (method !== 'POST') lines.push('OSS sends POST');
  if (missing.length > 0) lines.push(`missing: ${missing.join(', ')}`);
  const encoding = headers['content-encoding'];
  if (encoding !== undefined)
    lines.push(
      `content-encoding is ${showValue(encoding)}: something between OSS and the api added it, OSS sends none`,
    );
  const version = headers['x-oss-signature-version'];
  if (version !== undefined && version !== '1.0')
    lines.push(`x-oss-signature-version is ${showValue(version)}; only 1.0 (RSA over MD5) is supported`);
  return { title: 'request', verdict: lines.length === 2 ? 'ok' : 'wrong', lines };
}

function explainKeyUrl({ headers, logged }: CapturedCallback, settings: ExplainSettings): ExplainedStep {
  const title = 'key URL';
  if (headers['x-oss-pub-key-url'] === masked)
    return { title, verdict: 'wrong', lines: ['the log hides it because it contains user info or a query'] };
  try {
    const url = readKeyUrl(headers['x-oss-pub-key-url'], settings.allowedHosts);
    return { title, verdict: 'ok', lines: [url.href, `host ${url.host} is allowed`] };
  } catch (error) {
    const lines = [describe(error)];
    return (logged?.pinned ?? settings.pinned)
      ? { title, verdict: 'note', lines: [...lines, 'this does not matter because the key is pinned'] }
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
    const text = maskSecrets(body.toString());
    const shown = JSON.stringify(maskSecrets(head) + text.slice(0, shownCharacters));
    const more = text.length > shownCharacters ? ' … and more' : '';
    return { title, verdict: 'ok', lines: [`${shown}${more}`] };
  } catch (error) {
    return { title, verdict: 'wrong', lines: [describe(error)] };
  }
}

function explainBody({ headers, body, logged }: CapturedCallback, settings: ExplainSettings): ExplainedStep {
  const title = 'body';
  const contentType = headers['content-type'];
  try {
    const { bucket, objectKey, vars } = readCallbackBody(contentType, body, settings.body);
    const names = Object.keys(vars).join(', ') || 'none';
    return {
      title,
      verdict: 'ok',
      lines: [`bucket ${showValue(bucket)}, object ${showValue(objectKey)}; vars: ${showValue(names)}`],
    };
  } catch (error) {
    if (logged && logged.hidden.length > 0)
      return { title, verdict: 'note', lines: ['the log does not contain the whole body'] };
    const lines = [describe(error), 'the api would refuse it even with a valid signature'];
    const looksLikeJson = readObject(body.toString()) !== undefined;
    if (looksLikeJson !== (contentType?.includes('json') ?? false))
      lines.push(
        `likely cause: wrong content type: the body is ${looksLikeJson ? 'JSON' : 'not JSON'}; check callbackBodyType and whether a proxy changed the header`,
      );
    return { title, verdict: 'wrong', lines };
  }
}

function describe(error: unknown): string {
  return isLandfallError(error) ? `${error.message} (${error.code})` : String(error);
}
