import { X509Certificate } from 'node:crypto';
import { counter, type Logger } from '#runtime';
import { PublicKeys } from '../keys/public-keys.js';

/** Where the certificate of an event came from. */
const lookups = counter('landfall_event_certificates_total', 'Lookups of event certificates', 'result');

/**
 * The public keys of SMQ and EventBridge, from their certificates. Neither the dates nor the issuer
 * are looked at: SMQ signs with a certificate of its own making that expired in 2016, so they prove
 * nothing; the host that serves it does. Errors: event.cert_unavailable
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
