import { connect, createServer, type AddressInfo } from 'node:net';

/** A TCP proxy to a local port that counts the bytes sent by the server. */
export interface ByteCounter extends AsyncDisposable {
  readonly port: number;
  /** Bytes that the server has sent since the last call, including all headers and retries. */
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
    // `pipe` respects back-pressure, so bytes that the client does not read are not counted.
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
