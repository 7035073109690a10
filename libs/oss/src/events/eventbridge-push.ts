import {
  createHmac,
  type KeyObject,
  privateEncrypt,
  publicDecrypt,
  sign,
  timingSafeEqual,
  verify,
  constants,
} from 'node:crypto';
import { LandfallError } from '#runtime';
import { equalSignatures } from '../signing/hmac.js';
import { showValue } from '../wire/shown-value.js';
import type { EventHeaders } from './headers.js';
import { readSignature } from './smq-push.js';

const timestampWindowMs = 60_000;
const prefix = 'x-eventbridge-signature';
const tokenHeader = `${prefix}-token`;
const rsaPadding = constants.RSA_PKCS1_PADDING;

/** A push of EventBridge to an HTTP target. */
export interface EventBridgePush {
  /** Target URL as configured in EventBridge, regardless of rewriting by proxies. */
  readonly targetUrl: string;
  readonly headers: EventHeaders;
  /** As received. */
  readonly body: Uint8Array;
}

/** Signs a push like EventBridge; returns the value of `x-eventbridge-signature-v2`. */
export function signEventBridgePush(push: EventBridgePush, privateKey: KeyObject): string {
  return sign('sha256', stringToSign(push, headersOfV2, layouts[0]), privateKey).toString('base64');
}

/**
 * Signs a push with the older scheme.
 * @param secret HMAC key, sent encrypted; at most the RSA key size minus 11 bytes
 */
export function signEventBridgePushV1(
  push: EventBridgePush,
  privateKey: KeyObject,
  secret: string,
): Record<string, string> {
  const text = stringToSign(push, headersOfV1, layouts[0]);
  const encrypted = privateEncrypt({ key: privateKey, padding: rsaPadding }, Buffer.from(secret));
  return {
    [`${prefix}-secret`]: encrypted.toString('base64'),
    [prefix]: createHmac('sha1', secret).update(text).digest('base64'),
  };
}

/**
 * Whether the signature of a push is valid: version 2 if present, otherwise the older scheme.
 * @throws LandfallError event.signature_missing, event.signature_malformed
 */
export function verifyEventBridgePush(push: EventBridgePush, key: KeyObject): boolean {
  const { headers } = push;
  if (headers[`${prefix}-v2`] === undefined) return verifyV1(push, key);
  requireValue(headers, 'x-eventbridge-hash-method', 'SHA256');
  const signature = readSignature(headers[`${prefix}-v2`], `${prefix}-v2`);
  return layouts.some((layout) => verify('sha256', stringToSign(push, headersOfV2, layout), key, signature));
}

/**
 * Checks what needs no key: that the signed timestamp is current.
 * @throws LandfallError event.expired
 */
export function checkEventBridgePush(headers: EventHeaders, now: Date): void {
  const name = `${prefix}-timestamp`;
  const text = headers[name] ?? '';
  const sent = /^\d{13}$/.test(text) ? Number(text) : Number.NaN;
  if (!(Math.abs(sent - now.getTime()) <= timestampWindowMs))
    throw new LandfallError(
      'event.expired',
      `header ${name} is ${showValue(text)}; it is more than ${timestampWindowMs / 1000} s off, or not a time in milliseconds`,
    );
}

/** Whether a push carries one of our static tokens; compared in constant time. */
export function hasEventBridgeToken(headers: EventHeaders, tokens: readonly string[]): boolean {
  const given = headers[tokenHeader] ?? '';
  // Compares every token, so that timing does not reveal which one matched.
  return tokens.filter((token) => equalSignatures(given, token)).length > 0;
}

function verifyV1(push: EventBridgePush, key: KeyObject): boolean {
  const { headers } = push;
  const signature = readSignature(headers[prefix], prefix);
  const encrypted = readSignature(headers[`${prefix}-secret`], `${prefix}-secret`);
  requireValue(headers, `${prefix}-method`, 'HMAC-SHA1');
  const secret = decryptSecret(encrypted, key);
  if (!secret) return false;
  return layouts.some((layout) => {
    const expected = createHmac('sha1', secret)
      .update(stringToSign(push, headersOfV1, layout))
      .digest();
    return expected.length === signature.length && timingSafeEqual(expected, signature);
  });
}

/** Decrypts the secret, which only the owner of the private key can have encrypted; undefined if that fails. */
function decryptSecret(encrypted: Buffer, key: KeyObject): Buffer | undefined {
  try {
    return publicDecrypt({ key, padding: rsaPadding }, encrypted);
  } catch {
    return undefined;
  }
}

function requireValue(headers: EventHeaders, name: string, value: string): void {
  if (headers[name]?.toUpperCase() !== value)
    throw new LandfallError(
      'event.signature_malformed',
      `header ${name} is ${showValue(headers[name] ?? '')}; only ${value} is supported`,
    );
}

const headersOfV2 = [
  `${prefix}-timestamp`,
  'x-eventbridge-hash-method',
  `${prefix}-version`,
  `${prefix}-url`,
  tokenHeader,
];
const headersOfV1 = headersOfV2.with(1, `${prefix}-method`);

/** Published implementations differ in a line feed before or after the body, and in whether a missing token leaves a line. */
const layouts = [
  { before: '', after: '', emptyToken: false },
  { before: '\n', after: '', emptyToken: false },
  { before: '', after: '\n', emptyToken: false },
  { before: '', after: '\n', emptyToken: true },
] as const;
type Layout = (typeof layouts)[number];

/** The target URL, a `name: value` line per header, and the body. */
function stringToSign(
  { targetUrl, headers, body }: EventBridgePush,
  names: readonly string[],
  { before, after, emptyToken }: Layout,
): Buffer {
  const lines = names
    .filter((name) => emptyToken || name !== tokenHeader || headers[name])
    .map((name) => `${name}: ${headers[name] ?? ''}\n`);
  return Buffer.concat([Buffer.from(`${targetUrl}\n${lines.join('')}${before}`), body, Buffer.from(after)]);
}
