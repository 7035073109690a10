import { isIP } from 'node:net';
import { LandfallError } from '#runtime';
import { Agent, buildConnector } from 'undici';
import type { AddressRules } from './address-rules.js';
import { HostResolver, lookupOf } from './resolve-host.js';

/** An idle connection is closed before most servers close it: one that they close meets a request. */
const keepAliveMs = 4_000;

/** How connections are made. */
export interface AgentSettings {
  connectTimeoutMs: number;
  /** Name servers; those of the system if empty. */
  dnsServers: readonly string[];
}

/**
 * Connects to permitted addresses only. Addresses are checked at the moment of connecting, so that a
 * name that resolves to something else a moment later (DNS rebinding) gains nothing.
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
      // Node asks `lookup` for names only.
      const host = options.hostname.replace(/^\[(.*)\]$/, '$1');
      if (isIP(host) !== 0 && !rules.permits(host, host))
        return callback(new LandfallError('delivery.address_forbidden', host), null);
      connect(options, callback);
    },
  });
}
