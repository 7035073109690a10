import { X509Certificate } from 'node:crypto';
import { counter, type Logger } from '#runtime';
import { PublicKeys } from '../keys/public-keys.js';

/** Certificate lookups by result: `cached`, `fetched` or `failed`. */
const lookups = counter('landfall_event_certificates_total', 'Lookups of event certificates', 'result');

/**
 * Cache of the public keys of SMQ and EventBridge, taken from their certificates. Validity dates and
 * issuer are not checked: SMQ signs with a self-signed certificate that expired in 2016, so trust
 * rests on the host that serves it. Errors: event.cert_unavailable
 */
export class EventCertificates extends PublicKeys {
  constructor(timeoutMs: number, logger: Logger) {
    super(
      {
        parse: (pem) => new X509Certificate(pem).publicKey,
        unavailable: 'event.cert_unavailable',
        lookups,
      },
      timeoutMs,
      logger,
    );
  }
}
