import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type QueueMessage,
  readReceiptHandles,
  signMnsRequest,
  writeMnsError,
  writeQueueMessages,
} from '#oss';
import { createLogger } from '#runtime';
import { eventually, testDatabase, type TestDatabase } from '#testing';
import { EventRecorder, UploadRegistry } from '#uploads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EventConsumer } from './event-consumer.js';
import { EventQueue } from './event-queue.js';

const key = { accessKeyId: 'LTAIexample', accessKeySecret: 'sesame' };
const quiet = createLogger('test', 'silent');

/**
 * A queue that keeps the requests to it waiting while it is empty, as SMQ does. What was not deleted
 * it hands out again at once.
 */
class StandInQueue implements AsyncDisposable {
  readonly deleted: string[] = [];
  readonly handedOut: string[] = [];
  readonly refused: string[] = [];
  /** Answers so many requests with an error first. */
  failures = 0;
  private readonly messages = new Map<string, QueueMessage>();
  private waiting: ServerResponse[] = [];
  private readonly server = createServer((request, response) => void this.answer(request, response));

  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://localhost:${(this.server.address() as AddressInfo).port}/queues/events`;
  }

  send(id: string, body: string, dequeueCount = 0): void {
    this.messages.set(id, { id, receiptHandle: '', body, dequeueCount });
    for (const response of this.waiting) this.receive(response);
    this.waiting = [];
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray()).toString();
    const { method = '', url: target = '' } = request;
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    if (headers['authorization'] !== signMnsRequest({ method, target, headers }, key)) {
      this.refused.push(target);
      return void response.writeHead(403).end(writeMnsError('SignatureDoesNotMatch', ''));
    }
    if (this.failures > 0) {
      this.failures -= 1;
      return void response.writeHead(500).end(writeMnsError('InternalServerError', ''));
    }
    if (method === 'DELETE') {
      for (const handle of readReceiptHandles(body) ?? []) {
        const id = handle.split(' ', 1)[0] ?? '';
        this.messages.delete(id);
        this.deleted.push(id);
      }
      return void response.writeHead(204).end();
    }
    if (this.messages.size > 0) this.receive(response);
    else this.waiting.push(response);
  }

  private receive(response: ServerResponse): void {
    const handedOut = [...this.messages.values()].slice(0, 16).map(({ id, body, dequeueCount }) => {
      const count = dequeueCount + 1;
      return { id, body, dequeueCount: count, receiptHandle: `${id} ${count}` };
    });
    for (const message of handedOut) {
      this.messages.set(message.id, message);
      this.handedOut.push(message.id);
    }
    response.end(writeQueueMessages(handedOut));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}

const messageOf = (objectKey: string) =>
  Buffer.from(
    JSON.stringify({
      events: [
        {
          eventName: 'ObjectCreated:PutObject',
          oss: { bucket: { name: 'landfall' }, object: { key: objectKey, eTag: 'A'.repeat(32), size: 1 } },
        },
      ],
    }),
  ).toString('base64');

let database: TestDatabase;
let registry: UploadRegistry;
let queue: StandInQueue;
let consumer: EventConsumer;
beforeEach(async () => {
  database = await testDatabase();
  registry = new UploadRegistry(
    database.pool,
    { batchMax: 100, waitingMax: 100, commitTimeoutMs: 1_000, sweepAfterMs: 60_000 },
    quiet,
  );
  const recorder = new EventRecorder(registry, database.source, {
    buckets: ['landfall'],
    renditionPrefix: 'renditions/',
    proof: { trust: 'bucket', urlDigests: [], ticketSecrets: [] },
    commitTimeoutMs: 3_000,
  });
  queue = new StandInQueue();
  consumer = new EventConsumer(new EventQueue({ ...key, url: await queue.listen() }), recorder, quiet);
});
afterEach(async () => {
  await consumer.stop();
  await registry.close();
  await queue[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const keys = async () => {
  const rows: { key: string }[] = await database.source.query(
    'SELECT object_key AS key FROM uploads ORDER BY 1',
  );
  return rows.map((row) => row.key);
};
const deleted = (...ids: string[]) =>
  eventually(() => (ids.every((id) => queue.deleted.includes(id)) ? true : undefined));

test('messages are deleted once their landings are committed, those that wait and those that come', async () => {
  for (let index = 10; index < 30; index += 1) queue.send(`M${index}`, messageOf(`${index}.jpg`));
  consumer.start();
  await deleted('M10', 'M29');
  queue.send('late', messageOf('late.jpg'));
  await deleted('late');
  expect(await keys()).toEqual([
    ...Array.from({ length: 20 }, (_, index) => `${index + 10}.jpg`),
    'late.jpg',
  ]);
  expect(queue.refused).toEqual([]);
});

test('a message that comes again changes nothing', async () => {
  queue.send('M1', messageOf('a.jpg'));
  consumer.start();
  await deleted('M1');
  queue.send('M1 again', messageOf('a.jpg'));
  queue.send('M2', messageOf('b.jpg'));
  await deleted('M2');
  expect(await keys()).toEqual(['a.jpg', 'b.jpg']);
});

test('an outage of the queue is waited out', async () => {
  queue.failures = 1;
  queue.send('M1', messageOf('a.jpg'));
  consumer.start();
  await deleted('M1');
  expect(await keys()).toEqual(['a.jpg']);
});

test('what cannot be committed stays in the queue until it can', async () => {
  const lock = database.source.createQueryRunner();
  await lock.startTransaction();
  await lock.query('LOCK TABLE uploads IN ACCESS EXCLUSIVE MODE');
  queue.send('M1', messageOf('a.jpg'), 100);
  consumer.start();
  // The registry gives up after its time limit; the message comes again, for the hundredth time and more.
  await eventually(() => queue.handedOut.length > 1 || undefined);
  expect(queue.deleted).toEqual([]);
  await lock.rollbackTransaction();
  await lock.release();
  await deleted('M1');
  expect(await keys()).toEqual(['a.jpg']);
});

test('a message that nobody can read is given up in the end, and holds up no other', async () => {
  queue.send('poison', 'not base64 at all!');
  queue.send('M1', messageOf('a.jpg'));
  consumer.start();
  await deleted('M1');
  await deleted('poison');
  expect(queue.deleted.filter((id) => id === 'poison')).toHaveLength(1);
  expect(await keys()).toEqual(['a.jpg']);
});

test('a consumer that waits for messages stops at once', async () => {
  consumer.start();
  queue.send('M1', messageOf('a.jpg'));
  await deleted('M1');
  const stoppedAt = performance.now();
  await consumer.stop();
  expect(performance.now() - stoppedAt).toBeLessThan(3_000);
});
