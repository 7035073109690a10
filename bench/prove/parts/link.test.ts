import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Link } from './link.js';

/** Says again what it hears. */
let echo: Server;
let link: Link;
beforeEach(async () => {
  echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
  await once(echo.listen(0, '127.0.0.1'), 'listening');
  link = await Link.open('test', (echo.address() as AddressInfo).port);
});
afterEach(async () => {
  await link[Symbol.asyncDispose]();
  await new Promise((resolve) => echo.close(resolve));
});

const call = async () => {
  const socket = connect(link.port, '127.0.0.1').setEncoding('utf8');
  await once(socket, 'connect');
  return socket;
};

test('an open line passes everything in both directions, and the end of it', async () => {
  const socket = await call();
  const text = 'x'.repeat(1_000_000);
  socket.end(text);
  expect((await socket.toArray()).join('')).toBe(text);
});

test('a line that is cut resets what is connected and whoever connects, until it is open again', async () => {
  const before = await call();
  before.write('one');
  expect(await once(before, 'data')).toEqual(['one']);
  const [lost] = [once(before, 'error')];
  link.set('cut');
  expect(await lost).toMatchObject([{ code: 'ECONNRESET' }]);
  const refused = connect(link.port, '127.0.0.1');
  expect(await once(refused, 'error')).toMatchObject([{ code: 'ECONNRESET' }]);
  link.set('open');
  const after = await call();
  after.write('two');
  expect(await once(after, 'data')).toEqual(['two']);
  after.destroy();
});

test('a silent line passes nothing, and all of it when it is open again', async () => {
  const [silent, other] = [await call(), await call()];
  link.set('silent');
  const heard: string[] = [];
  silent.on('data', (text: string) => heard.push(text));
  silent.write('one');
  // Nobody answers: there is nothing to wait for but time.
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(heard).toEqual([]);
  link.set('open');
  await once(silent, 'data');
  expect(heard).toEqual(['one']);
  for (const socket of [silent, other]) socket.destroy();
});
