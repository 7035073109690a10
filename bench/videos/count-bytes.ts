import { connect, createServer, type AddressInfo } from 'node:net';

/** Passes TCP on to a port of this machine, and counts what comes back. */
export interface ByteCounter extends AsyncDisposable {
  readonly port: number;
  /** Bytes that the server has sent through it since it was asked last: what was read, with every head and every retry. */
  take(): number;
}

export async function countBytesFrom(port: number): Promise<ByteCounter> {
  let bytes = 0;
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.once('error', end).once('close', end);
    client.pipe(upstream);
    // Not faster than it is read: what nobody asked for is not counted.
    upstream.pipe(client);
    upstream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    take() {
      const taken = bytes;
      bytes = 0;
      return taken;
    },
    [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
