/** A webhook receiver that counts events, in a separate process so that its work does not affect the measurement. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Its commands: how many events to expect, then to report when all have arrived. */
export type ReceiverOrder = { expect: number } | { await: 'all' };

const seen = new Set<string>();
let expected = 0;
let completeAt: number | undefined;
let isAwaited = false;

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  request.resume();
  request.once('end', () => {
    response.writeHead(204).end();
    seen.add(String(request.headers['webhook-id']));
    if (seen.size < expected || completeAt !== undefined) return;
    completeAt = performance.timeOrigin + performance.now();
    if (isAwaited) process.send?.({ completeAt });
  });
});

process.on('message', (order: ReceiverOrder) => {
  if ('expect' in order) {
    seen.clear();
    expected = order.expect;
    completeAt = undefined;
    isAwaited = false;
    process.send?.({ expected });
  } else {
    isAwaited = true;
    if (completeAt !== undefined) process.send?.({ completeAt });
  }
});
process.once('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ type: 'ready', url: `http://127.0.0.1:${port}/` });
});
