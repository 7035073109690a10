import { isIP } from 'node:net';
import { LandfallError } from '#runtime';
import { Agent, buildConnector } from 'undici';
import type { AddressRules } from './address-rules.js';
import { HostResolver, lookupOf } from './resolve-host.js';

/** Closes idle connections before most servers do, so that no request is sent on a connection that is being closed. */
const keepAliveMs = 4_000;

/** Connection settings. */
export interface AgentSettings {
  connectTimeoutMs: number;
  /** Name servers; the system's if empty. */
  dnsServers: readonly string[];
}

/**
 * An agent that connects only to permitted addresses. Addresses are checked at connection time, which defeats DNS
 * rebinding.
 */
export function checkedAgent(rules: AddressRules, { connectTimeoutMs, dnsServers }: AgentSettings): Agent {
  const lookup = lookupOf(new HostResolver(rules, dnsServers));
  const connect = buildConnector({
    allowH2: false,
    timeout: connectTimeoutMs,
    lookup,
  } as buildConnector.BuildOptions);
  return new Agent({
    allowH2: false,
    pipelining: 1,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    connect(options, callback) {
      // Node calls `lookup` only for names.
      const host = options.hostname.replace(/^\[(.*)\]$/, '$1');
      if (isIP(host) !== 0 && !rules.permits(host, host))
        return callback(new LandfallError('delivery.address_forbidden', host), null);
      connect(options, callback);
    },
  });
}
