import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger, LandfallError } from '#runtime';
import { afterEach, describe, expect, test } from 'vitest';
import { openManagement } from './open-management.js';
import { Readiness } from './readiness.js';

const logger = createLogger('test', 'silent');
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A management port on which a test says what holds. */
async function open({ checks = [], readQueues = async () => ({ queues: {} }) }: Partial<Opened> = {}) {
  const readiness = new Readiness(checks);
  const settings = { host: '127.0.0.1', port: 0 };
  const management = await openManagement(settings, { readiness, readQueues }, logger);
  closers.push(() => management.close());
  const get = async (path: string, method = 'GET') => {
    const answer = await fetch(`${management.url}${path}`, { method });
    return { status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text() };
  };
  return { readiness, management, get };
}
interface Opened {
  checks: (() => Promise<void>)[];
  readQueues: () => Promise<object>;
}

const refused = async (port: number, host = '127.0.0.1') => {
  const opening = openManagement(
    { host, port },
    { readiness: new Readiness([]), readQueues: async () => ({}) },
    logger,
  );
  return opening.then(
    () => null,
    (error: LandfallError) => ({ code: error.code, message: error.message }),
  );
};

describe('the management port', () => {
  test('shows metrics, health and queues, and nothing else', async () => {
    const { get } = await open();
    expect(await get('/metrics')).toMatchObject({
      status: 200,
      headers: { 'content-type': expect.stringMatching(/^text\/plain; version=/) },
    });
    for (const path of ['/health/live', '/health/ready?probe=1'])
      expect(await get(path)).toMatchObject({ status: 200, text: '{"status":"ok"}' });
    expect(await get('/queues')).toMatchObject({ status: 200, text: '{"queues":{}}' });
    for (const path of ['/', '/v1/queues', '/docs', '/metrics/', '/%', '/__proto__', '/queues/../metrics/x'])
      expect(await get(path)).toMatchObject({
        status: 404,
        text: expect.stringContaining('request.not_found'),
      });
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('is for reading: %s is refused', async (method) => {
    const { get } = await open();
    expect(await get('/metrics', method)).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD' },
      text: expect.stringContaining('request.method_not_allowed'),
    });
  });

  test('HEAD is answered as GET, without the body', async () => {
    const { get } = await open();
    const { headers, text, status } = await get('/queues', 'HEAD');
    expect([status, text, headers['content-length']]).toEqual([200, '', '13']);
  });

  test('no answer is kept, framed or taken for another type, whatever it says', async () => {
    const { get, readiness } = await open({ readQueues: () => Promise.reject(new Error('a bug')) });
    readiness.stop();
    const answers = [
      await get('/metrics'),
      await get('/health/ready'),
      await get('/queues'),
      await get('/nothing'),
      await get('/metrics', 'POST'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 503, 500, 404, 405]);
    for (const { headers } of answers) {
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      });
      expect(headers).not.toHaveProperty('server');
      expect(headers).not.toHaveProperty('strict-transport-security');
    }
  });

  test('what is not ready says why, and lives all the same', async () => {
    const { get, readiness } = await open({
      checks: [async () => {}, () => Promise.reject(new LandfallError('database.unavailable', 'no answer'))],
    });
    expect(await get('/health/ready')).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1', 'content-type': 'application/problem+json' },
      text: expect.stringContaining('database.unavailable'),
    });
    readiness.stop();
    expect((await get('/health/ready')).text).toContain('process.stopping');
    expect((await get('/health/live')).status).toBe(200);
  });

  test('what an unexpected error says is for the log alone', async () => {
    const { get } = await open({
      readQueues: () => Promise.reject(new Error('postgres://user:secret@host')),
    });
    const { status, text } = await get('/queues');
    expect([status, text.includes('secret')]).toEqual([500, false]);
  });

  test('there is none without a port, and none is left when it is closed', async () => {
    const none = await openManagement(
      { host: '127.0.0.1' },
      { readiness: new Readiness([]), readQueues: async () => ({}) },
      logger,
    );
    expect(none.url).toBeNull();
    await none.close();
    const { management } = await open();
    const kept = await fetch(`${management.url}/metrics`);
    expect(kept.status).toBe(200);
    await management.close();
    closers.pop();
    await expect(fetch(`${management.url}/metrics`)).rejects.toThrow('fetch failed');
  });

  test('a port that another program has is refused with its number and the setting', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => other.close(resolve)));
    const { port } = other.address() as AddressInfo;
    expect(await refused(port)).toEqual({
      code: 'management.port_unusable',
      message: expect.stringMatching(new RegExp(`port ${port}.*MANAGEMENT_PORT`)),
    });
  });

  test('a host that is none of ours is refused with the setting', async () => {
    expect(await refused(0, '192.0.2.1')).toEqual({
      code: 'management.port_unusable',
      message: expect.stringContaining('MANAGEMENT_HOST=192.0.2.1'),
    });
  });
});
