import { createHash, sign, verify, type KeyObject } from 'node:crypto';
import { LandfallError } from '#runtime';
import { decodeStrictBase64 } from '../wire/base64.js';
import { showValue } from '../wire/shown-value.js';
import type { EventHeaders } from './headers.js';
import { mnsStringToSign } from './mns-string-to-sign.js';

/** The digest of push signatures: RSASSA-PKCS1-v1_5 over SHA-1. SMQ offers no stronger one. */
const pushDigest = 'sha1';
const dateWindowMs = 15 * 60_000;

/** A push of SMQ (formerly MNS) over HTTP, always a POST. */
export interface SmqPush {
  /** Request target as received. */
  readonly rawTarget: string;
  readonly headers: EventHeaders;
}

/** Signs a push like SMQ; returns the value of the `authorization` header. */
export function signSmqPush({ rawTarget, headers }: SmqPush, privateKey: KeyObject): string {
  const text = mnsStringToSign({ method: 'POST', target: rawTarget, headers });
  return sign(pushDigest, Buffer.from(text), privateKey).toString('base64');
}

/**
 * Whether the signature of a push is valid. It covers only the headers; `checkSmqPush` ties the body to them. Tries the
 * target with and without its query, because it is undocumented which one is signed.
 * @throws LandfallError event.signature_missing, event.signature_malformed
 */
export function verifySmqPush({ rawTarget, headers }: SmqPush, key: KeyObject): boolean {
  const signature = readSignature(headers['authorization'], 'authorization');
  const targets = new Set([rawTarget, rawTarget.split('?', 1)[0] ?? '']);
  return [...targets].some((target) =>
    verify(pushDigest, Buffer.from(mnsStringToSign({ method: 'POST', target, headers })), key, signature),
  );
}

/**
 * Checks what needs no key: that the signed Date is current, and that the body matches the signed Content-MD5.
 * @throws LandfallError event.expired, event.body_mismatch
 */
export function checkSmqPush(headers: EventHeaders, body: Uint8Array, now: Date): void {
  const sent = Date.parse(headers['date'] ?? '');
  if (!(Math.abs(sent - now.getTime()) <= dateWindowMs))
    throw new LandfallError(
      'event.expired',
      `header date is ${showValue(headers['date'] ?? '')}; it is more than ${dateWindowMs / 60_000} minutes off, or not a date`,
    );
  if (!isContentMd5(headers['content-md5'] ?? '', body))
    throw new LandfallError('event.body_mismatch', 'header content-md5 does not match the body');
}

/** The Content-MD5 of a body as in pushes: upper-case hex instead of HTTP's base64. */
export function smqContentMd5(body: Uint8Array): string {
  return createHash('md5').update(body).digest('hex').toUpperCase();
}

/**
 * Whether a Content-MD5 matches the body. Pushes carry hex, the documentation's samples base64 of the hex digits, and
 * HTTP specifies base64 of the bytes.
 */
function isContentMd5(given: string, body: Uint8Array): boolean {
  const digest = createHash('md5').update(body).digest();
  const hex = digest.toString('hex');
  return (
    given.toLowerCase() === hex ||
    given === digest.toString('base64') ||
    given === Buffer.from(hex).toString('base64') ||
    given === Buffer.from(hex.toUpperCase()).toString('base64')
  );
}

/**
 * Decodes a signature header.
 * @throws LandfallError event.signature_missing, event.signature_malformed
 */
export function readSignature(value: string | undefined, name: string): Buffer {
  if (!value) throw new LandfallError('event.signature_missing', `header ${name} is missing`);
  const signature = decodeStrictBase64(value);
  if (!signature) throw new LandfallError('event.signature_malformed', `header ${name} is not strict base64`);
  return signature;
}
