import { Agent, createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { drain } from './drain.js';

let server: Server;
let agent: Agent;
beforeEach(async () => {
  server = createServer((_request, response) => response.end('answered'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  agent = new Agent({ keepAlive: true, maxSockets: 1 });
});
afterEach(async () => {
  agent.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function get() {
  const { port } = server.address() as AddressInfo;
  const sent = request({ agent, port, host: '127.0.0.1' });
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.on('response', resolve).on('error', reject).end();
  });
  await answer.toArray();
  return { status: answer.statusCode, connection: answer.headers.connection, isReused: sent.reusedSocket };
}

test('while it drains a server answers on kept connections and on new ones, and each answer ends its connection', async () => {
  expect(await get()).toEqual({ status: 200, connection: 'keep-alive', isReused: false });
  const drained = drain(server, 1);
  expect(await get()).toEqual({ status: 200, connection: 'close', isReused: true });
  expect(await get()).toEqual({ status: 200, connection: 'close', isReused: false });
  await drained;
});
