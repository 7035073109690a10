import { isIP } from 'node:net';
import { accessDenied } from '#oss';
import type { Exchange } from '../wire/exchange.js';

/** Nothing but the emulator's own files; no frames; no answers for the pages of others. */
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
 * Refuses what a web page of another origin, open in the user's browser, may have sent. Nothing it
 * gets by GET can it read, as long as the name is ours: names without a dot and addresses cannot be
 * names that its owner pointed at this machine (DNS rebinding). Programs other than browsers send
 * none of these headers.
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
