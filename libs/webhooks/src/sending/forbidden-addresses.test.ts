import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { startNameServer } from '../fixtures/name-server.fixture.js';
import { testCertificate } from '../fixtures/test-certificate.fixture.js';
import { receiver, sendTo, tlsReceiver } from './send.fixture.js';

/** What is asked for the addresses of a name, and how often it was. */
const countingReceiver = async () => {
  let asked = 0;
  const server = await tlsReceiver((_request, response) => {
    asked += 1;
    response.end('inside');
  });
  return { server, asked: () => asked };
};

describe('a name', () => {
  test.each([
    ['that resolves to loopback', ['127.0.0.1']],
    ['that resolves to a private network', ['10.0.0.1', '192.168.1.1']],
    ['that resolves to the metadata of a cloud', ['100.100.100.200', '169.254.169.254']],
    ['that resolves to IPv4-mapped loopback', ['::ffff:7f00:1']],
    ['that resolves to local addresses of IPv6', ['::1', 'fd00::1', 'fe80::1']],
    ['that resolves to NAT64', ['64:ff9b::7f00:1']],
  ])('%s is not connected to', async (_, addresses) => {
    const { server, asked } = await countingReceiver();
    await using stack = new AsyncDisposableStack();
    stack.use(server);
    const names = stack.use(await startNameServer(() => addresses));
    const result = await sendTo(`https://hooks.example.com:${server.port}/`, {
      allow: [],
      ports: [server.port],
      dnsServers: [names.address],
    });
    expect(result).toMatchObject({ errorCode: 'delivery.address_forbidden', status: null });
    expect(names.asked).toContain('hooks.example.com');
    expect(asked()).toBe(0);
  });

  test('whose permitted address does not answer is not connected to at a forbidden one', async () => {
    const { server, asked } = await countingReceiver();
    await using stack = new AsyncDisposableStack();
    stack.use(server);
    // 127.0.0.2 is allowed here, and nothing listens there.
    const names = stack.use(await startNameServer(() => ['127.0.0.1', '127.0.0.2']));
    const result = await sendTo(`https://hooks.example.com:${server.port}/`, {
      allow: ['127.0.0.2'],
      ports: [server.port],
      dnsServers: [names.address],
    });
    expect(result).toMatchObject({ errorCode: 'delivery.unreachable' });
    expect(asked()).toBe(0);
  });

  test('that resolves to something else the second time (DNS rebinding) gains nothing', async () => {
    const { server, asked } = await countingReceiver();
    await using stack = new AsyncDisposableStack();
    stack.use(server);
    const turns: string[][] = [];
    const names = stack.use(
      await startNameServer(() => {
        // Two questions for each connection: of IPv4 and of IPv6.
        const addresses = turns.length < 2 ? ['127.0.0.2'] : ['127.0.0.1'];
        turns.push(addresses);
        return addresses;
      }),
    );
    const sending = { allow: ['127.0.0.2'], ports: [server.port], dnsServers: [names.address] };
    const url = `https://hooks.example.com:${server.port}/`;
    expect(await sendTo(url, sending)).toMatchObject({ errorCode: 'delivery.unreachable' });
    expect(await sendTo(url, sending)).toMatchObject({ errorCode: 'delivery.address_forbidden' });
    expect(asked()).toBe(0);
  });

  test.each([
    ['that does not exist', () => [] as string[]],
    ['whose name server fails', () => 'fail' as const],
  ])('%s is told apart', async (_, resolve) => {
    await using names = await startNameServer(resolve);
    expect(
      await sendTo('https://hooks.example.com/', { allow: [], dnsServers: [names.address] }),
    ).toMatchObject({ errorCode: 'delivery.unresolved' });
  });

  test('whose name server is silent is given up after the time limit for connecting', async () => {
    await using names = await startNameServer(() => 'silence');
    const result = await sendTo('https://hooks.example.com/', {
      allow: [],
      dnsServers: [names.address],
      connectTimeoutMs: 1_200,
      timeoutMs: 30_000,
    });
    expect(result).toMatchObject({ errorCode: 'delivery.timed_out' });
    expect(result.durationMs).toBeLessThan(5_000);
  });

  test('that resolves to a permitted address gets it, by the name in its certificate', async () => {
    const { server, asked } = await countingReceiver();
    await using stack = new AsyncDisposableStack();
    stack.use(server);
    const names = stack.use(await startNameServer((name) => (name.startsWith('other') ? [] : ['127.0.0.1'])));
    const trusted = getCACertificates();
    setDefaultCACertificates([...trusted, testCertificate.cert]);
    stack.defer(() => setDefaultCACertificates(trusted));
    const sending = { allow: ['127.0.0.0/8'], ports: [server.port], dnsServers: [names.address] };
    expect(await sendTo(`https://hooks.example.com:${server.port}/`, sending)).toMatchObject({
      errorCode: null,
      status: 200,
    });
    // The certificate is for the other one.
    expect(await sendTo(`https://evil.example.com:${server.port}/`, sending)).toMatchObject({
      errorCode: 'delivery.tls_failed',
    });
    expect(asked()).toBe(1);
  });
});

test.each(['127.0.0.1', '0x7f.1', '2130706433', '[::ffff:127.0.0.1]', '[::1]', '0'])(
  'an address that was permitted once and is no more (%s) is not connected to',
  async (host) => {
    let asked = 0;
    await using server = await receiver((_request, response) => {
      asked += 1;
      response.end();
    });
    const result = await sendTo(`https://${host}:${server.port}/`, { allow: [], ports: [server.port] });
    expect(result).toMatchObject({ errorCode: 'webhook.url_forbidden', status: null });
    expect(asked).toBe(0);
  },
);
