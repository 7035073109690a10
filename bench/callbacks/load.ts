/** The load generator, in a separate process so that its work does not affect the measurement. */
import { createPrivateKey } from 'node:crypto';
import { renderCallbacks } from './callback-requests.js';
import { driveConnections, type Drive } from './drive-connections.js';

/** Its commands: first render requests, then send them to one server after another. */
export type LoadOrder =
  | { render: { count: number; privateKeyPem: string; keyUrl: string } }
  | { drive: Drive };

let requests: Buffer[] = [];

process.on('message', async (order: LoadOrder) => {
  if ('drive' in order) {
    process.send?.(await driveConnections(requests, order.drive));
    return;
  }
  const { count, privateKeyPem, keyUrl } = order.render;
  requests = renderCallbacks(count, createPrivateKey(privateKeyPem), keyUrl);
  process.send?.({ rendered: requests.length });
});
process.once('disconnect', () => process.exit(0));
process.send?.({ type: 'ready' });
