import { isIP } from 'node:net';
import { accessDenied } from '#oss';
import type { Exchange } from '../wire/exchange.js';

/** Allows only the emulator's own resources, no framing, and no reads by pages of other origins. */
export const ownHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  vary: 'Accept',
};

/**
 * Refuses requests that a web page of another origin, open in the user's browser, may have sent. Such a page cannot
 * read the response to a GET as long as the host name is ours: a name without a dot, or an IP address, cannot be a
 * domain that an attacker points at this machine (DNS rebinding). Clients other than browsers send none of these
 * headers.
 * @throws OssRefusal AccessDenied
 */
export function refuseForeignPages({ method, host, headers }: Exchange, publicHostname: string): void {
  const hostname = host.replace(/:\d+$/, '').toLowerCase();
  const isOwn =
    hostname === publicHostname || !hostname.includes('.') || isIP(hostname.replace(/^\[(.*)\]$/, '$1')) > 0;
  if (!isOwn)
    throw accessDenied(
      `The emulator shows its pages as ${hostname.slice(0, 255)} only if EMULATOR_PUBLIC_URL says so.`,
    );
  if (method === 'GET' || method === 'HEAD') return;
  const origin = headers['origin']?.replace(/^https?:\/\//, '') ?? host;
  const site = headers['sec-fetch-site'] ?? 'same-origin';
  if (origin !== host || site !== 'same-origin')
    throw accessDenied('Only the pages of the emulator itself may change something here.');
}
