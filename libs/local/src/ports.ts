import { createServer } from 'node:net';

/** Where a server of this machine may sit on a port that `http://localhost:<port>` could reach. */
const addresses = ['127.0.0.1', '0.0.0.0', '::1', '::'];

/** A TCP port of 127.0.0.1 that nobody listens on right now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = address !== null && typeof address === 'object' ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
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
