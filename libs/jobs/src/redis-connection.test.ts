import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startRedis } from '#local';
import { eventually } from '#testing';
import { Queue, type RedisOptions } from 'bullmq';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { redisAccessOf } from './redis-connection.js';

test('a connection that asks Sentinels for the primary while they name another is not lost', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'landfall-redis-'));
  const port = await freePort();
  const server = await startRedis({ dataDir, port });
  const client = new Redis({ port });
  await using sentinel = await startSentinel(port);
  const access = redisAccessOf({
    url: 'redis://queue',
    sentinels: [{ host: '127.0.0.1', port: sentinel.port }],
  });
  const connection = {
    ...access.options,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
  } as RedisOptions;
  const queue = new Queue('test', { connection });
  try {
    await queue.add('before', {});
    await eventually(() => (sentinel.subscribers() > 0 ? true : undefined));
    sentinel.holdAnswers();
    await client.client('KILL', 'TYPE', 'NORMAL', 'SKIPME', 'yes');
    await sentinel.isAsked();
    sentinel.nameAnother();
    sentinel.answer();
    await eventually(async () => {
      // With an id: an attempt whose answer is lost may be repeated.
      const added = await queue.add('after', {}, { jobId: 'after' }).catch(() => undefined);
      return added?.id;
    });
    expect(await queue.getWaitingCount()).toBe(2);
  } finally {
    access.stopReconnecting();
    await queue.close();
    client.disconnect();
    await server.stop();
    await rm(dataDir, { recursive: true });
  }
});

/**
 * A Sentinel whose answers can be held, which real ones cannot. It always names `primaryPort`, as Sentinels do that name
 * a server and then the same again.
 */
async function startSentinel(primaryPort: number) {
  const subscribers = new Set<Socket>();
  let held: (() => void)[] | undefined;
  let onAsked = () => {};
  const asked = new Promise<void>((resolve) => (onAsked = resolve));
  const bulk = (text: string) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
  const array = (...texts: string[]) => `*${texts.length}\r\n${texts.map(bulk).join('')}`;
  const sockets = new Set<Socket>();
  const respond = (socket: Socket, command: string) => {
    if (command.includes('get-master-addr-by-name')) {
      const answer = () => void socket.write(array('127.0.0.1', String(primaryPort)));
      if (!held) return answer();
      held.push(answer);
      return onAsked();
    }
    if (command.includes('sentinels')) return void socket.write('*0\r\n');
    if (!command.includes('subscribe')) return void socket.write('+OK\r\n');
    subscribers.add(socket.once('close', () => subscribers.delete(socket)));
    socket.write(`*3\r\n${bulk('subscribe')}${bulk('+switch-master')}:1\r\n`);
  };
  const server = createServer((socket) => {
    sockets.add(socket.once('close', () => sockets.delete(socket)).on('error', () => undefined));
    // Each command comes in its own packet or several in one; each begins with the number of its parts.
    socket.on('data', (data) => {
      for (const command of String(data).split(/^\*\d+\r\n/m)) if (command) respond(socket, command);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as { port: number }).port,
    subscribers: () => subscribers.size,
    holdAnswers: () => void (held = []),
    isAsked: () => asked,
    answer() {
      const answers = held ?? [];
      held = undefined;
      for (const each of answers) each();
    },
    nameAnother() {
      const names = `queue 127.0.0.1 ${primaryPort} 127.0.0.1 ${primaryPort}`;
      for (const socket of subscribers) socket.write(array('message', '+switch-master', names));
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
