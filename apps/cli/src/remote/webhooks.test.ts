import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Landfall } from '#client';
import { expect, test, vi } from 'vitest';
import { testWebhook } from './webhooks.js';

const delivery = { eventId: 'e', state: 'pending', attempts: 0, lastAttempt: null };
const delivered = { ...delivery, state: 'delivered', attempts: 1, lastAttempt: { status: 204 } };

test('a test waits for the answer of a receiver that takes its time', async () => {
  // An attempt counts from its beginning.
  const answers = [delivery, { ...delivery, attempts: 1 }, delivered];
  const server = createServer((_, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answers.shift())),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const printed = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  try {
    const { port } = server.address() as AddressInfo;
    const landfall = new Landfall({ baseUrl: `http://127.0.0.1:${port}`, apiKey: 'a-key', maxRetries: 0 });
    expect(await testWebhook(landfall, 'w', { json: true })).toBe(0);
    expect(printed.mock.calls).toEqual([[JSON.stringify(delivered)]]);
  } finally {
    printed.mockRestore();
    server.closeAllConnections();
    server.close();
  }
});
