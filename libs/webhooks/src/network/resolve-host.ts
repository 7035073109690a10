import { lookup as systemLookup, Resolver } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import { LandfallError } from '#runtime';
import type { AddressRules } from './address-rules.js';

export interface HostAddress {
  address: string;
  family: 4 | 6;
}

/** c-ares retries after this time, doubling it; both tries together take less than a connection may. */
const firstWaitMs = 800;

/**
 * Resolves webhook hosts without the thread pool of `dns.lookup`, which a hanging name server would block for all other
 * lookups. Hosts that the operator allows by name may be defined locally (hosts file), so they use the system lookup.
 */
export class HostResolver {
  private readonly resolver = new Resolver({ timeout: firstWaitMs, tries: 2 });

  /** @param servers name servers; the system's if empty */
  constructor(
    private readonly rules: AddressRules,
    servers: readonly string[],
  ) {
    if (servers.length > 0) this.resolver.setServers(servers);
  }

  /**
   * Resolves a host to its permitted addresses.
   * @throws LandfallError delivery.unresolved, delivery.address_forbidden
   */
  async resolve(host: string): Promise<HostAddress[]> {
    const found = this.rules.allowsHost(host) ? await bySystem(host) : await this.byName(host);
    if (found.length === 0) throw new LandfallError('delivery.unresolved', host);
    const permitted = found.filter(({ address }) => this.rules.permits(address, host));
    if (permitted.length === 0) throw new LandfallError('delivery.address_forbidden', host);
    return permitted;
  }

  private async byName(host: string): Promise<HostAddress[]> {
    const [v4, v6] = await Promise.allSettled([this.resolver.resolve4(host), this.resolver.resolve6(host)]);
    const addressesOf = (result: PromiseSettledResult<string[]>) =>
      result.status === 'fulfilled' ? result.value : [];
    return [...addressesOf(v4), ...addressesOf(v6)].map(withFamily);
  }
}

async function bySystem(host: string): Promise<HostAddress[]> {
  try {
    return (await systemLookup(host, { all: true })).map(({ address }) => withFamily(address));
  } catch (error) {
    throw new LandfallError('delivery.unresolved', host, { cause: error });
  }
}

const withFamily = (address: string): HostAddress => ({ address, family: isIP(address) === 6 ? 6 : 4 });

/** Adapts the resolver to the `lookup` option of `net.connect`, which is not called for addresses. */
export function lookupOf(resolver: HostResolver): LookupFunction {
  return (host, options, callback) => void answerLookup(resolver, host, options, callback);
}

async function answerLookup(
  resolver: HostResolver,
  ...[host, { family, all }, callback]: Parameters<LookupFunction>
): Promise<void> {
  let found: HostAddress[];
  try {
    found = await resolver.resolve(host);
  } catch (error) {
    return callback(error as NodeJS.ErrnoException, '', 0);
  }
  const wanted = family ? found.filter((each) => each.family === family) : found;
  const [first] = wanted;
  if (!first) callback(new LandfallError('delivery.unresolved', host), '', 0);
  else if (all) callback(null, wanted);
  else callback(null, first.address, first.family);
}
