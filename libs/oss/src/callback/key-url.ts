import { LandfallError } from '#runtime';
import { decodeStrictBase64 } from '../wire/base64.js';
import { showValue } from '../wire/shown-value.js';

// The URL parser reads `\` as `/` and drops tabs and line feeds, so such URLs are refused before parsing.
const plainHttpUrl = /^https?:\/\/[\x21-\x5b\x5d-\x7e]+$/i;

/**
 * Reads header `x-oss-pub-key-url` (base64 of an http(s) URL) and checks its host before anything is fetched, because
 * whoever serves the key can forge callbacks.
 * @param allowedHosts `host` or `host:port`, compared exactly, without default ports
 * @throws LandfallError callback.key_url_missing, callback.key_url_malformed, callback.key_host_forbidden
 */
export function readKeyUrl(headerValue: string | undefined, allowedHosts: readonly string[]): URL {
  if (!headerValue) throw new LandfallError('callback.key_url_missing');
  const text = decodeStrictBase64(headerValue)?.toString('utf8');
  if (text === undefined)
    throw new LandfallError('callback.key_url_malformed', `${showValue(headerValue)} is not strict base64`);
  const url = plainHttpUrl.test(text) ? URL.parse(text) : null;
  if (!url) throw new LandfallError('callback.key_url_malformed', `${showValue(text)} is not an http(s) URL`);
  if (url.username || url.password)
    throw new LandfallError('callback.key_url_malformed', `the URL of host ${url.host} contains user info`);
  // Each key has one URL; variations of it would only fill the cache.
  if (url.search || url.hash)
    throw new LandfallError('callback.key_url_malformed', `the URL of host ${url.host} contains a query`);
  if (!allowedHosts.includes(url.host))
    throw new LandfallError(
      'callback.key_host_forbidden',
      `${showValue(url.host)} is not one of ${allowedHosts.join(', ')}`,
    );
  return url;
}
