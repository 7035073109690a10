import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { z } from 'zod';

export const signatureKinds = ['hmac', 'ed25519'] as const;
export type SignatureKind = (typeof signatureKinds)[number];

/** What a webhook signs with, as its row keeps it. */
export interface SigningSecret {
  /** `whsec_` and the bytes of an HMAC key in base64, or `whsk_` and the seed of an Ed25519 key. */
  secret: string;
  /** ISO time from which on it does not sign any more; null for the current one. */
  expiresAt: string | null;
}

const hmacPrefix = 'whsec_';
const privatePrefix = 'whsk_';
const publicPrefix = 'whpk_';
/** As Standard Webhooks wants: from 24 to 64 bytes. */
const secretBytes = { min: 24, max: 64, ours: 32 };
/** What precedes the 32 bytes of a key of Ed25519 in DER (RFC 8410). */
const privateHeader = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A secret that a client brings along: `whsec_` and 24 to 64 bytes in base64. */
export const hmacSecretSchema = z
  .string()
  .max(100)
  .refine(isHmacSecret, `must be ${hmacPrefix} and ${secretBytes.min} to ${secretBytes.max} bytes in base64`);

function isHmacSecret(text: string): boolean {
  if (!text.startsWith(hmacPrefix)) return false;
  const encoded = text.slice(hmacPrefix.length);
  const bytes = Buffer.from(encoded, 'base64');
  // Node skips what is not base64.
  return (
    bytes.toString('base64') === encoded && bytes.length >= secretBytes.min && bytes.length <= secretBytes.max
  );
}

/** A new secret of this kind. */
export function newSecret(kind: SignatureKind): string {
  if (kind === 'hmac') return hmacPrefix + randomBytes(secretBytes.ours).toString('base64');
  const der = generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' });
  return privatePrefix + der.subarray(privateHeader.length).toString('base64');
}

export function kindOf(secret: string): SignatureKind {
  return secret.startsWith(privatePrefix) ? 'ed25519' : 'hmac';
}

/** The bytes of an HMAC key. */
export function hmacKeyOf(secret: string): Buffer {
  return Buffer.from(secret.slice(hmacPrefix.length), 'base64');
}

/** The private key of an Ed25519 secret. */
export function privateKeyOf(secret: string): KeyObject {
  const seed = Buffer.from(secret.slice(privatePrefix.length), 'base64');
  return createPrivateKey({ key: Buffer.concat([privateHeader, seed]), format: 'der', type: 'pkcs8' });
}

/** The public half of an Ed25519 secret, `whpk_…`; null for an HMAC key, which has none. */
export function publicKeyOf(secret: string): string | null {
  if (kindOf(secret) === 'hmac') return null;
  const der = createPublicKey(privateKeyOf(secret)).export({ format: 'der', type: 'spki' });
  return publicPrefix + der.subarray(-32).toString('base64');
}
