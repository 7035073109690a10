import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Balancer } from './balancer.js';

/** An api that says its name, and whether it is ready. */
interface StandIn {
  readonly server: Server;
  readonly port: number;
  isReady: boolean;
}

let balancer: Balancer;
let apis: StandIn[];
beforeEach(async () => {
  balancer = await Balancer.open();
  apis = [];
});
afterEach(async () => {
  await balancer[Symbol.asyncDispose]();
  for (const { server } of apis) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function start(name: string, isReady = true): Promise<StandIn> {
  const server = createServer((sent, response) => {
    if (sent.url === '/health/ready') response.statusCode = api.isReady ? 200 : 503;
    response.end(name);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const api: StandIn = { server, port: (server.address() as AddressInfo).port, isReady };
  apis.push(api);
  await balancer.add(api.port);
  return api;
}

/** By a connection of its own. */
async function ask(): Promise<string> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(balancer.url, { agent: false }, resolve).on('error', reject).end();
  });
  return text(answer);
}

test('connections go to the apis that are ready, in turn, and to none that has been removed', async () => {
  const one = await start('one');
  await start('two');
  await start('three', false);
  expect([await ask(), await ask(), await ask(), await ask()]).toEqual(['one', 'two', 'one', 'two']);
  balancer.remove(one.port);
  expect([await ask(), await ask()]).toEqual(['two', 'two']);
});

test('without an api that is ready a connection is refused, as nothing would be tried again', async () => {
  await start('one', false);
  await expect(ask()).rejects.toMatchObject({ code: 'ECONNRESET' });
});
