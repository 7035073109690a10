import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { keepFile } from '../../store/kept-file.js';
import { makeCertificate } from './certificate.js';

/** Paths of the certificates under the emulator's public URL. */
export const certificatePaths = {
  smq: '/x509_public_certificate.pem',
  eventbridge: '/eventbridge_certificate.pem',
} as const;

interface SigningKey {
  readonly privateKey: KeyObject;
  readonly certificatePem: string;
}

/** The signing key of each kind of notification. */
export type SigningKeys = Readonly<Record<keyof typeof certificatePaths, SigningKey>>;

/** Loads the signing keys, which are made at the first start and kept in the data folder. */
export async function loadSigningKeys(dataDir: string): Promise<SigningKeys> {
  const load = async (name: string, make: () => string) =>
    readKey(await keepFile(join(dataDir, `${name}-signing.pem`), make));
  return {
    // Like the real one: 512 bits, and expired in 2016.
    smq: await load('smq', () => makeKey(512, 'mns.emulator', 2016)),
    // 1024 bits are quick to generate; the real length is not documented.
    eventbridge: await load('eventbridge', () => makeKey(1024, 'eventbridge.emulator', 2099)),
  };
}

/** A private key followed by its certificate, as PEM. */
function makeKey(modulusLength: number, commonName: string, lastYear: number): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength });
  const certificate = makeCertificate(privateKey, {
    commonName,
    notBefore: new Date('2015-01-01T00:00:00Z'),
    notAfter: new Date(`${lastYear}-01-01T00:00:00Z`),
  });
  return `${privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()}${certificate}`;
}

function readKey(text: string): SigningKey {
  const at = text.indexOf('-----BEGIN CERTIFICATE-----');
  return { privateKey: createPrivateKey(text.slice(0, at)), certificatePem: text.slice(at) };
}
