import { LandfallError } from '#runtime';
import { decodeStrictBase64 } from '../wire/base64.js';
import { showValue } from '../wire/shown-value.js';
import type { EventHeaders, EventSender } from './headers.js';

// The URL parser reads `\` as `/` and drops tabs and line feeds, so such URLs are refused before
// parsing.
const plainHttpUrl = /^https?:\/\/[\x21-\x5b\x5d-\x7e]+$/i;
/** This machine, or a name without a dot, as containers have; each with a port. */
const ownHost = /^(?:[a-z\d-]+|127\.0\.0\.1|\[::1\]):\d+$/;

const urlHeaders: Readonly<Record<EventSender, string>> = {
  smq: 'x-mns-signing-cert-url',
  eventbridge: 'x-eventbridge-signature-url',
};

/** The hosts that serve the certificates of a sender, for a service in this region. */
export function certHostsOf(sender: EventSender, region: string): string[] {
  return sender === 'smq'
    ? ['mnstest.oss-cn-hangzhou.aliyuncs.com', `mns-cert.oss-${region}.aliyuncs.com`]
    : [`${region}-eventbridge.oss-accelerate.aliyuncs.com`];
}

/**
 * The URL of the certificate that a push names, checked before anything is fetched: whoever serves
 * the certificate decides which events are believed. SMQ sends it in base64. Older pushes name it
 * with http: it is fetched by https all the same. Only a host of one's own that is configured with its
 * port, where an emulator is, keeps http.
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
