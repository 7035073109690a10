import { constants, createHash, createPublicKey, publicDecrypt, type KeyObject } from 'node:crypto';
import { decodeStrictBase64 } from './base64.js';

/** The key of real OSS, the same in every region; whoever refuses callbacks of one environment has often got it from another. */
export const ossProductionKey: KeyObject = createPublicKey(
  '-----BEGIN PUBLIC KEY-----\nMFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKs/JBGzwUB2aVht4crBx3oIPBLNsjGs\nC0fTXv+nvlmklvkcolvpvXLTjaxUHR3W9LXxQ2EHXAJfCB+6H2YF1k8CAwEAAQ==\n-----END PUBLIC KEY-----\n',
);

/** DER of DigestInfo for MD5, up to the digest (RFC 8017, 9.2). */
const md5Prefix = Buffer.from('3020300c06082a864886f70d020505000410', 'hex');

/**
 * The MD5 that an RSA signature was made over; undefined when it was not made with the partner of this key, or over another
 * kind of digest.
 */
export function signedDigest(signature: Buffer, key: KeyObject): Buffer | undefined {
  try {
    const info = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature);
    return info.subarray(0, md5Prefix.length).equals(md5Prefix) ? info.subarray(md5Prefix.length) : undefined;
  } catch {
    return undefined;
  }
}

export function md5(bytes: Uint8Array): Buffer {
  return createHash('md5').update(bytes).digest();
}

/** The signature in a header that something has put a scheme, quotes or line ends into. */
export function repairSignature(authorization: string): Buffer | undefined {
  const bare = authorization
    .trim()
    .replace(/^[A-Za-z][\w-]* (?=\S{20})/, '')
    .replaceAll(/["'\r\n\t]/g, '');
  const standard = bare.replaceAll(' ', '+').replaceAll('-', '+').replaceAll('_', '/');
  return decodeStrictBase64(standard.padEnd(Math.ceil(standard.length / 4) * 4, '='));
}
