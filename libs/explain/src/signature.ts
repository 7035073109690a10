import { constants, createHash, createPublicKey, publicDecrypt, type KeyObject } from 'node:crypto';
import { decodeStrictBase64 } from '#oss';

/**
 * The key of real OSS, the same in every region. Refused callbacks often come from an environment
 * with another key.
 */
export const ossProductionKey: KeyObject = createPublicKey(
  '-----BEGIN PUBLIC KEY-----\nMFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKs/JBGzwUB2aVht4crBx3oIPBLNsjGs\nC0fTXv+nvlmklvkcolvpvXLTjaxUHR3W9LXxQ2EHXAJfCB+6H2YF1k8CAwEAAQ==\n-----END PUBLIC KEY-----\n',
);

/** DER of DigestInfo up to the digest (RFC 8017, 9.2). */
const digestInfos = [
  ['MD5', Buffer.from('3020300c06082a864886f70d020505000410', 'hex')],
  ['SHA-1', Buffer.from('3021300906052b0e03021a05000414', 'hex')],
  ['SHA-256', Buffer.from('3031300d060960864801650304020105000420', 'hex')],
  ['SHA-512', Buffer.from('3051300d060960864801650304020305000440', 'hex')],
] as const;

export interface SignedDigest {
  readonly algorithm: (typeof digestInfos)[number][0] | 'an unknown digest';
  readonly digest: Buffer;
}

/**
 * Recovers the digest from an RSA signature; undefined if the signature was not made with the
 * matching private key. The digest is not secret: signature and public key reveal it, and no
 * signature can be made from it.
 */
export function signedDigest(signature: Buffer, key: KeyObject): SignedDigest | undefined {
  let info: Buffer;
  try {
    info = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature);
  } catch {
    return undefined;
  }
  for (const [algorithm, prefix] of digestInfos)
    if (info.subarray(0, prefix.length).equals(prefix))
      return { algorithm, digest: info.subarray(prefix.length) };
  return { algorithm: 'an unknown digest', digest: info };
}

export function md5(bytes: Uint8Array): Buffer {
  return createHash('md5').update(bytes).digest();
}

/**
 * Extracts the signature from a header to which something added a scheme, quotes or line breaks.
 */
export function repairSignature(authorization: string): Buffer | undefined {
  const bare = authorization
    .trim()
    .replace(/^[A-Za-z][\w-]* (?=\S{20})/, '')
    .replaceAll(/["'\r\n\t]/g, '');
  const standard = bare.replaceAll(' ', '+').replaceAll('-', '+').replaceAll('_', '/');
  return decodeStrictBase64(standard.padEnd(Math.ceil(standard.length / 4) * 4, '='));
}
