import { LandfallError } from '#runtime';
import { decodeStrictBase64 } from '../wire/base64.js';
import { showValue } from '../wire/shown-value.js';
import type { EventHeaders, EventSender } from './headers.js';

// The URL parser reads `\` as `/` and drops tabs and line feeds, so such URLs are refused before parsing.
const plainHttpUrl = /^https?:\/\/[\x21-\x5b\x5d-\x7e]+$/i;
/** A loopback address or a single-label name, as containers have, each with a port. */
const ownHost = /^(?:[a-z\d-]+|127\.0\.0\.1|\[::1\]):\d+$/;

const urlHeaders: Readonly<Record<EventSender, string>> = {
  smq: 'x-mns-signing-cert-url',
  eventbridge: 'x-eventbridge-signature-url',
};

/** The hosts that serve a sender's certificates for a service in this region. */
export function certHostsOf(sender: EventSender, region: string): string[] {
  return sender === 'smq'
    ? ['mnstest.oss-cn-hangzhou.aliyuncs.com', `mns-cert.oss-${region}.aliyuncs.com`]
    : [`${region}-eventbridge.oss-accelerate.aliyuncs.com`];
}

/**
 * Reads the URL of a push's certificate (SMQ sends it in base64) and checks it before anything is fetched, because
 * whoever serves the certificate can forge events. Older pushes name an http URL, which is upgraded to https; only a
 * configured local host with a port, such as an emulator, keeps http.
 * @param allowedHosts `host` or `host:port`, compared exactly, without default ports
 * @throws LandfallError event.cert_url_missing, event.cert_url_malformed, event.cert_host_forbidden
 */
export function readCertUrl(
  headers: EventHeaders,
  sender: EventSender,
  allowedHosts: readonly string[],
): URL {
  const value = headers[urlHeaders[sender]];
  if (!value) throw new LandfallError('event.cert_url_missing', `header ${urlHeaders[sender]} is missing`);
  const text = /^https?:/i.test(value) ? value : decodeStrictBase64(value)?.toString('utf8');
  const url = text !== undefined && plainHttpUrl.test(text) ? URL.parse(text) : null;
  if (!url)
    throw new LandfallError(
      'event.cert_url_malformed',
      `${showValue(text ?? value)} is neither an http(s) URL nor base64 of one`,
    );
  if (url.username || url.password || url.search || url.hash || !url.pathname.endsWith('.pem'))
    throw new LandfallError(
      'event.cert_url_malformed',
      `the URL of host ${showValue(url.host)} has user info or a query, or does not name a .pem file`,
    );
  if (!allowedHosts.includes(url.host))
    throw new LandfallError(
      'event.cert_host_forbidden',
      `${showValue(url.host)} is not one of ${allowedHosts.join(', ')}`,
    );
  if (!ownHost.test(url.host)) url.protocol = 'https:';
  return url;
}
