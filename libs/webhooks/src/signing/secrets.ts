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

/** A webhook's signing secret as stored in its row. */
export interface SigningSecret {
  /** `whsec_` and an HMAC key, or `whsk_` and the seed of an Ed25519 key; both in base64. */
  secret: string;
  /** ISO time at which it expires; null for the current one. */
  expiresAt: string | null;
}

const hmacPrefix = 'whsec_';
const privatePrefix = 'whsk_';
const publicPrefix = 'whpk_';
/** Standard Webhooks requires 24 to 64 bytes. */
const secretBytes = { min: 24, max: 64, ours: 32 };
/** The DER prefix of a 32-byte Ed25519 private key (RFC 8410). */
const privateHeader = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A secret provided by a client: `whsec_` and 24 to 64 bytes in base64. */
export const hmacSecretSchema = z
  .string()
  .max(100)
  .refine(isHmacSecret, `must be ${hmacPrefix} and ${secretBytes.min} to ${secretBytes.max} bytes in base64`);

function isHmacSecret(text: string): boolean {
  if (!text.startsWith(hmacPrefix)) return false;
  const encoded = text.slice(hmacPrefix.length);
  const bytes = Buffer.from(encoded, 'base64');
  // Node ignores invalid base64 characters, hence the round trip.
  return (
    bytes.toString('base64') === encoded && bytes.length >= secretBytes.min && bytes.length <= secretBytes.max
  );
}

/** Generates a secret of this kind. */
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

/** The public key of an Ed25519 secret, `whpk_…`; null for an HMAC key. */
export function publicKeyOf(secret: string): string | null {
  if (kindOf(secret) === 'hmac') return null;
  const der = createPublicKey(privateKeyOf(secret)).export({ format: 'der', type: 'spki' });
  return publicPrefix + der.subarray(-32).toString('base64');
}
