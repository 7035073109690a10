import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * The local addresses at which a server may listen on a port that `http://localhost:<port>` could
 * reach.
 */
const addresses = ['127.0.0.1', '0.0.0.0', '::1', '::'];

/**
 * Below the ephemeral ports (Linux from 32768, others from 49152): a free port here stays free
 * until its server listens, however many connections start meanwhile; only another caller may
 * choose it.
 */
const firstPort = 15_000;
const endPort = 32_768;

/** Finds a TCP port on which nothing listens at the moment. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 1_000; tries += 1) {
    const port = randomInt(firstPort, endPort);
    if (await portIsFree(port)) return port;
  }
  throw new Error(`found no free port from ${firstPort} to ${endPort - 1}`);
}

/** Whether nothing listens on `port` at any address that `localhost` may resolve to. */
export async function portIsFree(port: number): Promise<boolean> {
  for (const address of addresses) {
    if (!(await canListen(port, address))) return false;
  }
  return true;
}

function canListen(port: number, address: string): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    // A missing address family does not block the port.
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code !== 'EADDRINUSE' && error.code !== 'EACCES'),
    );
    server.listen({ port, host: address, ipv6Only: true }, () => server.close(() => resolve(true)));
  });
}
