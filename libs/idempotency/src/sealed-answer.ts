import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** Maximum size of an answer as JSON: several times that of the longest ticket. */
const answerMaxBytes = 131_072;

/**
 * Compresses and encrypts an answer with AES-256-GCM, because it may hold secrets.
 * @param key 32 bytes
 * @param request fingerprint of the request, authenticated with the answer
 * @throws RangeError if the answer is too long to be stored
 */
export function sealAnswer(answer: unknown, key: Buffer, request: Buffer): Buffer {
  const text = Buffer.from(JSON.stringify(answer));
  if (text.length > answerMaxBytes)
    throw new RangeError(`an answer of ${text.length} bytes is too long to be kept for its idempotency key`);
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(request);
  const sealed = [cipher.update(deflateRawSync(text)), cipher.final()];
  return Buffer.concat([nonce, cipher.getAuthTag(), ...sealed]);
}

/** Decrypts an answer. @throws Error if it was sealed with another key or for another request, or was changed */
export function openAnswer(sealed: Buffer, key: Buffer, request: Buffer): unknown {
  const cipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
    .setAAD(request)
    .setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
  const deflated = Buffer.concat([cipher.update(sealed.subarray(nonceBytes + tagBytes)), cipher.final()]);
  return JSON.parse(
    inflateRawSync(deflated, { maxOutputLength: answerMaxBytes }).toString('utf8'),
  ) as unknown;
}
