import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { makeCertificate } from './certificate.js';

test.each([512, 1024, 2048])('a certificate of %i bits is read by others', (modulusLength) => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength });
  const times = { notBefore: new Date('2015-03-01T00:00:00Z'), notAfter: new Date('2055-02-28T12:34:56Z') };
  const pem = makeCertificate(privateKey, { commonName: 'signs nothing of worth', ...times });
  const certificate = new X509Certificate(pem);
  expect(certificate.subject).toBe('CN=signs nothing of worth');
  expect(certificate.issuer).toBe(certificate.subject);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.checkPrivateKey(privateKey)).toBe(true);
  expect(new Date(certificate.validFrom)).toEqual(times.notBefore);
  expect(new Date(certificate.validTo)).toEqual(times.notAfter);
});
