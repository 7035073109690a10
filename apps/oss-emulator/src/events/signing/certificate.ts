import { createPublicKey, sign, type KeyObject } from 'node:crypto';

/** The contents of a certificate. */
export interface CertificateFacts {
  readonly commonName: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

const tags = {
  integer: 0x02,
  bitString: 0x03,
  objectId: 0x06,
  utf8: 0x0c,
  sequence: 0x30,
  set: 0x31,
  time: 0x18,
};

/** Object identifiers in DER, without tag and length. */
const sha256WithRsa = Buffer.from('2a864886f70d01010b', 'hex');
const commonNameId = Buffer.from('550403', 'hex');

/**
 * Makes a self-signed X.509 certificate, version 1 (RFC 5280, section 4.1), as PEM: a public key with a name and a
 * validity period, not meant to be trusted.
 */
export function makeCertificate(privateKey: KeyObject, facts: CertificateFacts): string {
  const algorithm = sequence(der(tags.objectId, sha256WithRsa), Buffer.of(0x05, 0x00));
  const name = sequence(
    der(tags.set, sequence(der(tags.objectId, commonNameId), der(tags.utf8, Buffer.from(facts.commonName)))),
  );
  const toSign = sequence(
    der(tags.integer, Buffer.of(1)),
    algorithm,
    name,
    sequence(time(facts.notBefore), time(facts.notAfter)),
    name,
    createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', toSign, privateKey);
  const certificate = sequence(toSign, algorithm, der(tags.bitString, Buffer.of(0), signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

const sequence = (...parts: readonly Buffer[]) => der(tags.sequence, ...parts);

/** GeneralizedTime, with a resolution of seconds. */
function time(at: Date): Buffer {
  return der(tags.time, Buffer.from(`${at.toISOString().replaceAll(/[-T:]/g, '').slice(0, 14)}Z`));
}

/** Encodes tag, length and contents. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const contents = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag), lengthOf(contents.length), contents]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  if (length < 0x100) return Buffer.of(0x81, length);
  return Buffer.of(0x82, length >>> 8, length & 0xff);
}
