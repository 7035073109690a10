import { BlockList, isIP } from 'node:net';

type Network = readonly [address: string, prefixBits: number];

/** IPv4 networks that are not globally reachable (IANA IPv4 Special-Purpose Address Registry), and multicast. */
const specialV4: readonly Network[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  // Shared address space, which includes Alibaba Cloud's instance metadata service (100.100.100.200).
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** The only IPv6 network assigned as global unicast; excludes IPv4-mapped addresses and NAT64. */
const globalV6: Network = ['2000::', 3];
/** Special networks within it: protocol assignments with Teredo, documentation, 6to4. */
const specialV6: readonly Network[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const special = new BlockList();
for (const network of specialV4) special.addSubnet(...network, 'ipv4');
for (const network of specialV6) special.addSubnet(...network, 'ipv6');
const global = new BlockList();
global.addSubnet(...globalV6, 'ipv6');

/** Whether an address is publicly reachable. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  // An address with a zone (fe80::1%eth0) is link-local.
  if (family === 0 || address.includes('%')) return false;
  if (family === 4) return !special.check(address, 'ipv4');
  return global.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

/** Decides which addresses webhooks may connect to: public ones, and those that the operator allows. */
export class AddressRules {
  private readonly hosts = new Set<string>();
  private readonly networks = new BlockList();

  /** @param allow host names, addresses and networks (`10.1.0.0/16`), as in `WEBHOOKS_ALLOW` */
  constructor(allow: readonly string[]) {
    for (const entry of allow) {
      const [address = '', bits] = entry.split('/');
      const family = isIP(address);
      if (family === 0) this.hosts.add(entry.toLowerCase());
      else
        this.networks.addSubnet(address, Number(bits ?? (family === 4 ? 32 : 128)), `ipv${family as 4 | 6}`);
    }
  }

  /** Whether the operator allows a host by name, or by address if the URL contains one. */
  allowsHost(host: string): boolean {
    return this.hosts.has(host.toLowerCase()) || this.allowsAddress(host);
  }

  /** Whether a URL with this host may connect to this address. */
  permits(address: string, host: string): boolean {
    return isPublicAddress(address) || this.allowsHost(host) || this.allowsAddress(address);
  }

  private allowsAddress(address: string): boolean {
    const family = isIP(address);
    return family !== 0 && !address.includes('%') && this.networks.check(address, `ipv${family as 4 | 6}`);
  }
}
