import { lookup as systemLookup, Resolver } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import { LandfallError } from '#runtime';
import type { AddressRules } from './address-rules.js';

export interface HostAddress {
  address: string;
  family: 4 | 6;
}

/** c-ares asks again after this time, twice as long each time: less than a connection may take. */
const firstWaitMs = 800;

/**
 * Resolves the hosts of webhooks without the threads that Node's own lookup waits in: a name server
 * that hangs would hold them, and with them the lookups of everybody else. Hosts that the operator
 * allows by name are those of the machine itself (its hosts file), and are looked up as usual.
 */
export class HostResolver {
  private readonly resolver = new Resolver({ timeout: firstWaitMs, tries: 2 });

  /** @param servers name servers; those of the system if empty */
  constructor(
    private readonly rules: AddressRules,
    servers: readonly string[],
  ) {
    if (servers.length > 0) this.resolver.setServers(servers);
  }

  /**
   * The addresses of a host that may be connected to.
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

/** The resolver in the form that `net.connect` wants. It is not called for a host that is an address. */
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
