import { isIP } from 'node:net';
import { LandfallError } from '#runtime';
import { AddressRules } from './address-rules.js';

/** Rules for webhook URLs. */
export interface UrlRules {
  addresses: AddressRules;
  /** Allowed ports for hosts that the operator does not explicitly allow. */
  ports: readonly number[];
}

/** Builds the rules from the settings. */
export function urlRulesOf({
  allow,
  ports,
}: {
  allow: readonly string[];
  ports: readonly number[];
}): UrlRules {
  return { addresses: new AddressRules(allow), ports };
}

/** The host of a URL; an IPv6 address without brackets. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1');

/**
 * Checks what the URL alone reveals. Resolved addresses are checked on each connection.
 * @throws LandfallError webhook.url_forbidden
 */
export function checkUrl(text: string, { addresses, ports }: UrlRules): URL {
  const url = URL.parse(text);
  if (!url) throw refusal('it is not a URL');
  const host = hostOf(url);
  const isAllowed = addresses.allowsHost(host);
  if (url.protocol !== 'https:' && !(isAllowed && url.protocol === 'http:'))
    throw refusal('it must begin with https://; http is only allowed for hosts in WEBHOOKS_ALLOW');
  if (url.username || url.password) throw refusal('it must not have a user name or password');
  if (url.hash) throw refusal('it must not have a fragment');
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  if (port === 0) throw refusal('nothing listens on port 0');
  if (!isAllowed && !ports.includes(port))
    throw refusal(`its port must be one of WEBHOOKS_PORTS: ${ports.join(', ')}`);
  if (isIP(host) !== 0 && !addresses.permits(host, host)) throw refusal('its address is not public');
  return url;
}

const refusal = (detail: string) => new LandfallError('webhook.url_forbidden', detail);
