/** The load generator: a process of its own, so that its work is nobody else's time. */
import { createPrivateKey } from 'node:crypto';
import { renderCallbacks } from './callback-requests.js';
import { driveConnections, type Drive } from './drive-connections.js';

/** What it is told: first to render requests, then to send them to one server after the other. */
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
