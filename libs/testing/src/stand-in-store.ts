import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ObjectStore } from '#storage';

/**
 * Starts an HTTP server in place of OSS that answers as the test specifies, and creates a client for
 * it with the time limit `timeoutMs`.
 */
export async function startStandInStore(
  answer: RequestListener,
  { timeoutMs = 5_000 } = {},
): Promise<{ store: ObjectStore } & AsyncDisposable> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const store = new ObjectStore({
    endpoint: `http://localhost:${(server.address() as AddressInfo).port}`,
    region: 'cn-hangzhou',
    buckets: ['bucket'],
    accessKeyId: 'key',
    accessKeySecret: 'sesame',
    pathStyle: true,
    timeoutMs,
    renditionPrefix: 'renditions/',
    urlLifetimeS: 3_600,
    cdnType: 'A',
    cdnTtlS: 1_800,
  });
  return {
    store,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
