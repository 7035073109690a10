import type { WebhookEvent } from '../generated/types.js';

/** Why a webhook was rejected. */
export type WebhookFault =
  | 'header_missing'
  | 'timestamp_invalid'
  | 'timestamp_too_old'
  | 'timestamp_in_future'
  | 'secret_invalid'
  | 'signature_mismatch'
  | 'payload_invalid';

/** A request that claims to be a Landfall webhook but is not authentic, or is too old. Respond with 400. */
export class WebhookRejected extends Error {
  override readonly name = 'WebhookRejected';

  constructor(
    readonly fault: WebhookFault,
    message: string,
  ) {
    super(message);
  }
}

/** Request headers: those of `fetch`, or the object of `node:http`. */
export type WebhookHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** The raw request body. Parsing and re-serializing it would change its bytes and invalidate the signature. */
export type WebhookPayload = string | Uint8Array<ArrayBuffer>;

export interface VerifyOptions {
  /** Maximum age of a webhook and maximum clock difference, in seconds; 300 by default. */
  readonly toleranceS?: number;
  /** Current time in milliseconds since 1970; defaults to the clock. */
  readonly nowMs?: number;
}

const defaultToleranceS = 300;
/** During a rotation a webhook has two signatures or a few more; others are ignored to prevent a flood. */
const maxSignatures = 16;

/**
 * Verifies a webhook by the Standard Webhooks specification and returns its event.
 *
 * Secrets are `whsec_…` for HMAC signatures (`v1`), or public keys `whpk_…` for Ed25519 (`v1a`). A match with any of
 * several secrets suffices, which allows rotation. The comparison takes constant time. A webhook may be delivered
 * more than once, with the same `id`. `type` determines the shape of `data`, unless the event is `truncated`.
 * @throws WebhookRejected
 */
export async function verifyWebhook(
  payload: WebhookPayload,
  headers: WebhookHeaders,
  secrets: string | readonly string[],
  { toleranceS = defaultToleranceS, nowMs = Date.now() }: VerifyOptions = {},
): Promise<WebhookEvent> {
  const id = readHeader(headers, 'webhook-id');
  const timestamp = readHeader(headers, 'webhook-timestamp');
  const signatures = readHeader(headers, 'webhook-signature').split(' ').slice(0, maxSignatures);
  checkTimestamp(timestamp, nowMs / 1_000, toleranceS);
  const signed = concat(
    encode(`${id}.${timestamp}.`),
    typeof payload === 'string' ? encode(payload) : payload,
  );
  const keys = await Promise.all([secrets].flat().map((secret) => readSecret(secret)));
  if (keys.length === 0) throw new WebhookRejected('secret_invalid', 'no secret was given');
  const fits = await Promise.all(
    keys.flatMap((key) => signatures.map((signature) => signatureFits(key, signature, signed))),
  );
  if (!fits.includes(true))
    throw new WebhookRejected(
      'signature_mismatch',
      'no signature matches the payload and one of the secrets',
    );
  return parse(payload);
}

function readHeader(headers: WebhookHeaders, name: string): string {
  const value = typeof headers['get'] === 'function' ? headers.get(name) : findHeader(headers, name);
  if (!value) throw new WebhookRejected('header_missing', `the header ${name} is missing`);
  return value;
}

function findHeader(headers: object, name: string): string | undefined {
  for (const [key, value] of Object.entries(headers) as [string, unknown][])
    if (key.toLowerCase() === name) return typeof value === 'string' ? value : undefined;
  return undefined;
}

function checkTimestamp(timestamp: string, nowS: number, toleranceS: number): void {
  if (!/^\d{1,12}$/.test(timestamp))
    throw new WebhookRejected('timestamp_invalid', 'webhook-timestamp must be seconds since 1970');
  const ageS = nowS - Number(timestamp);
  if (ageS > toleranceS)
    throw new WebhookRejected('timestamp_too_old', `the webhook was sent ${Math.round(ageS)} seconds ago`);
  if (ageS < -toleranceS)
    throw new WebhookRejected(
      'timestamp_in_future',
      `the webhook was sent ${Math.round(-ageS)} seconds in the future`,
    );
}

interface Key {
  readonly version: 'v1' | 'v1a';
  readonly algorithm: 'HMAC' | 'Ed25519';
  readonly key: Awaited<ReturnType<typeof crypto.subtle.importKey>>;
}

async function readSecret(secret: string): Promise<Key> {
  const [, prefix, encoded = ''] = /^(whsec_|whpk_)?([^]*)$/.exec(secret) ?? [];
  const bytes = decodeBase64(encoded);
  const isPublicKey = prefix === 'whpk_';
  if (!bytes || (isPublicKey ? bytes.length !== 32 : bytes.length < 16))
    throw new WebhookRejected('secret_invalid', 'a secret must be whsec_ or whpk_ followed by Base64');
  return isPublicKey
    ? {
        version: 'v1a',
        algorithm: 'Ed25519',
        key: await crypto.subtle.importKey('raw', bytes, 'Ed25519', false, ['verify']),
      }
    : {
        version: 'v1',
        algorithm: 'HMAC',
        key: await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, [
          'verify',
        ]),
      };
}

async function signatureFits(
  { version, algorithm, key }: Key,
  signature: string,
  signed: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const comma = signature.indexOf(',');
  if (signature.slice(0, comma) !== version) return false;
  const bytes = decodeBase64(signature.slice(comma + 1));
  // The platform compares in constant time.
  return bytes !== undefined && crypto.subtle.verify(algorithm, key, bytes, signed);
}

function parse(payload: WebhookPayload): WebhookEvent {
  const text = typeof payload === 'string' ? payload : new TextDecoder().decode(payload);
  try {
    return JSON.parse(text) as WebhookEvent;
  } catch {
    throw new WebhookRejected('payload_invalid', 'the signature is valid, but the payload is not JSON');
  }
}

const encode = (text: string) => new TextEncoder().encode(text);

function concat(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[A-Za-z\d+/]+={0,2}$/.test(text)) return undefined;
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    // Not a valid Base64 length.
    return undefined;
  }
}
