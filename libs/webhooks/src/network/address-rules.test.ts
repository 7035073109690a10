import { describe, expect, test } from 'vitest';
import { AddressRules, isPublicAddress } from './address-rules.js';

describe('isPublicAddress', () => {
  test.each(['1.1.1.1', '47.96.0.1', '100.63.255.255', '100.128.0.0', '172.32.0.1', '223.255.255.255'])(
    'IPv4 %s is public',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  test.each(['2606:4700:4700::1111', '2400:3200::1', '2001:200::1', '3ffe:ffff::1'])(
    'IPv6 %s is public',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  test.each([
    ['this network', '0.0.0.0'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['shared', '100.64.0.1'],
    ['the metadata of Alibaba Cloud', '100.100.100.200'],
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.254'],
    ['link-local, with the metadata of other clouds', '169.254.169.254'],
    ['protocol assignments', '192.0.0.8'],
    ['documentation', '192.0.2.1'],
    ['documentation', '198.51.100.7'],
    ['documentation', '203.0.113.7'],
    ['benchmarks', '198.19.0.1'],
    ['multicast', '224.0.0.1'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
    ['loopback', '::1'],
    ['IPv4-mapped', '::ffff:8.8.8.8'],
    ['IPv4-mapped loopback', '::ffff:7f00:1'],
    ['NAT64', '64:ff9b::7f00:1'],
    ['local NAT64', '64:ff9b:1::1'],
    ['unique local', 'fd00::1'],
    ['link-local', 'fe80::1'],
    ['link-local with its zone', 'fe80::1%eth0'],
    ['global with a zone', '2606:4700::1%eth0'],
    ['multicast', 'ff02::1'],
    ['Teredo', '2001::1'],
    ['documentation', '2001:db8::1'],
    ['documentation', '3fff::1'],
    ['6to4 of a private address', '2002:a00:1::1'],
    ['discard', '100::1'],
    ['no address', 'localhost'],
    ['nothing', ''],
  ])('%s: %s is not public', (_, address) => expect(isPublicAddress(address)).toBe(false));
});

describe('AddressRules', () => {
  const rules = new AddressRules([
    'localhost',
    'backend.internal',
    '10.1.0.0/16',
    '192.168.7.7',
    'fd00:1::/32',
  ]);

  test.each([
    ['a name, whatever it resolves to', '127.0.0.1', 'localhost', true],
    ['a name in other letters', '10.9.9.9', 'Backend.INTERNAL', true],
    ['another name', '127.0.0.1', 'localhost.example.com', false],
    ['a network', '10.1.255.1', 'any.example.com', true],
    ['beside the network', '10.2.0.1', 'any.example.com', false],
    ['a single address', '192.168.7.7', 'any.example.com', true],
    ['its neighbour', '192.168.7.8', 'any.example.com', false],
    ['a network of IPv6', 'fd00:1::9', 'any.example.com', true],
    ['with a zone', 'fd00:1::9%eth0', 'any.example.com', false],
    ['beside that network', 'fd00:2::9', 'any.example.com', false],
    ['public', '1.1.1.1', 'any.example.com', true],
  ])('%s', (_, address, host, isPermitted) => {
    expect(rules.permits(address, host)).toBe(isPermitted);
  });
});
