import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Where a server of this machine may sit on a port that `http://localhost:<port>` could reach. */
const addresses = ['127.0.0.1', '0.0.0.0', '::1', '::'];

/**
 * Below the ports that systems give to those who ask for any (Linux from 32768, others from 49152): what is free here stays
 * free until its server listens, however many connections begin meanwhile; only another caller may hit upon it.
 */
const firstPort = 15_000;
const endPort = 32_768;

/** A TCP port that nobody of this machine listens on right now. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 1_000; tries += 1) {
    const port = randomInt(firstPort, endPort);
    if (await portIsFree(port)) return port;
  }
  throw new Error(`found no free port from ${firstPort} to ${endPort - 1}`);
}

/** Whether nobody listens on `port`, on any address that `localhost` may stand for. */
export async function portIsFree(port: number): Promise<boolean> {
  for (const address of addresses) {
    if (!(await canListen(port, address))) return false;
  }
  return true;
}

function canListen(port: number, address: string): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    // An address family that this machine does not have keeps nobody from using the port.
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code !== 'EADDRINUSE' && error.code !== 'EACCES'),
    );
    server.listen({ port, host: address, ipv6Only: true }, () => server.close(() => resolve(true)));
  });
}
