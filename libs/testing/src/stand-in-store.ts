import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ObjectStore } from '#storage';

/**
 * A store that answers as the test specifies, and its client; `timeoutMs` is the client's time
 * limit.
 */
export async function startStandInStore(
  answer: RequestListener,
  { timeoutMs = 5_000 } = {},
): Promise<{ store: ObjectStore } & AsyncDisposable> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const store = new ObjectStore({
    OSS_ENDPOINT: `http://localhost:${(server.address() as AddressInfo).port}`,
    OSS_REGION: 'cn-hangzhou',
    OSS_BUCKETS: ['bucket'],
    OSS_ACCESS_KEY_ID: 'key',
    OSS_ACCESS_KEY_SECRET: 'sesame',
    OSS_PATH_STYLE: true,
    OSS_TIMEOUT_MS: timeoutMs,
    OSS_RENDITION_PREFIX: 'renditions/',
    OSS_URL_LIFETIME_S: 3_600,
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
