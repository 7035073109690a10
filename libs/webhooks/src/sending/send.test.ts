import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { rawReceiver, type Receiver, receiver, secret, sendTo, tlsReceiver } from './send.fixture.js';

test('a request is verified by the receivers of Standard Webhooks, and its answer is kept', async () => {
  const seen: unknown[] = [];
  await using server = await receiver(async (request, response) => {
    const headers = request.headers as Record<string, string>;
    seen.push(request.method, request.url, headers['content-type']);
    seen.push(new Webhook(secret).verify(await text(request), headers));
    response.writeHead(201).end('thank you');
  });
  expect(await sendTo(`${server.url}?token=1`)).toEqual({
    errorCode: null,
    status: 201,
    answer: 'thank you',
    durationMs: expect.any(Number),
    retryAfterS: null,
  });
  expect(seen).toEqual(['POST', '/hook?token=1', 'application/json', { type: 'upload.ready' }]);
});

describe('an answer that', () => {
  test.each([
    ['refuses', 400, {}, 'delivery.refused', null],
    ['is gone', 410, {}, 'delivery.refused', null],
    ['has too much to do', 429, { 'retry-after': '17' }, 'delivery.refused', 17],
    ['is broken', 500, { 'retry-after': 'soon' }, 'delivery.refused', null],
    ['is away', 503, { 'retry-after': '99999999' }, 'delivery.refused', 86_400],
    ['has not changed', 304, {}, 'delivery.redirected', null],
    ['succeeds and wants to be left alone', 204, { 'retry-after': '17' }, null, null],
  ])('%s: %i', async (_, status, headers, ...[errorCode, retryAfterS]) => {
    await using server = await receiver((_request, response) => response.writeHead(status, headers).end());
    expect(await sendTo(server.url)).toMatchObject({ status, errorCode, retryAfterS });
  });

  test.each([301, 302, 303, 307, 308])('redirects (%i) is not followed', async (status) => {
    let asked = 0;
    await using inner = await receiver((_request, response) => {
      asked += 1;
      response.end();
    });
    await using server = await receiver((_request, response) =>
      response.writeHead(status, { location: inner.url }).end(),
    );
    expect(await sendTo(server.url)).toMatchObject({ status, errorCode: 'delivery.redirected' });
    expect(asked).toBe(0);
  });

  test('is a gigabyte is cut, and what it said counts', async () => {
    let sent = 0;
    await using server = await receiver((request, response) => {
      response.writeHead(200, { 'content-length': String(1 << 30) });
      const chunk = Buffer.alloc(65_536, 'x');
      const more = () => {
        while (!response.destroyed && sent < 1 << 30 && response.write(chunk)) sent += chunk.length;
      };
      response.on('drain', more);
      request.resume().on('end', more);
    });
    const result = await sendTo(server.url);
    expect(result).toMatchObject({ status: 200, errorCode: null, answer: 'x'.repeat(1_024) });
    // What was read, and what the sockets hold.
    expect(sent).toBeLessThan(50_000_000);
  });

  test('drips a byte a second after its head has arrived as a success', async () => {
    await using server = await receiver((_request, response) => {
      response.writeHead(200).write('a');
      const drip = setInterval(() => response.write('b'), 1_000);
      response.on('close', () => clearInterval(drip));
    });
    const result = await sendTo(server.url, { timeoutMs: 60_000 });
    expect(result).toMatchObject({ status: 200, errorCode: null, answer: expect.stringMatching(/^ab?$/) });
    expect(result.durationMs).toBeLessThan(5_000);
  });

  test('breaks off in the middle says what it said', async () => {
    await using server = await receiver((_request, response) => {
      response.writeHead(500, { 'content-length': '100' }).write('half', () => response.destroy());
    });
    expect(await sendTo(server.url)).toMatchObject({
      status: 500,
      errorCode: 'delivery.refused',
      answer: 'half',
    });
  });

  test('holds what no terminal or database should get is made harmless', async () => {
    const bytes = Buffer.concat([Buffer.from('a\0b\u001B[31mc\u202Ed\n目'), Buffer.of(0xff, 0xc3)]);
    await using server = await receiver((_request, response) => response.end(bytes));
    const { answer } = await sendTo(server.url);
    expect(answer).toBe('a\uFFFDb\uFFFD[31mc\uFFFDd\n目\uFFFD\uFFFD');
  });
});

describe('a receiver that', () => {
  const timeoutMs = 400;

  test('hangs is given up after the time limit', async () => {
    await using server = await receiver(() => {});
    const result = await sendTo(server.url, { timeoutMs });
    expect(result).toMatchObject({ errorCode: 'delivery.timed_out', status: null, answer: null });
    expect(result.durationMs).toBeGreaterThanOrEqual(timeoutMs - 10);
  });

  test('drips its head is given up after the time limit', async () => {
    await using server = await rawReceiver((socket) => {
      let rest = `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(1_000)}`;
      const drip = setInterval(() => {
        socket.write(rest.slice(0, 1));
        rest = rest.slice(1);
      }, 20);
      socket.on('close', () => clearInterval(drip));
    });
    expect(await sendTo(server.url, { timeoutMs })).toMatchObject({ errorCode: 'delivery.timed_out' });
  });

  test('promises for ever to go on is given up after the time limit', async () => {
    await using server = await rawReceiver((socket) => {
      const drip = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'), 20);
      socket.on('close', () => clearInterval(drip));
    });
    expect(await sendTo(server.url, { timeoutMs })).toMatchObject({ status: null, answer: null });
  });

  test.each<[string, (server: Receiver) => string, string]>([
    ['closes at once', ({ url }) => url, 'delivery.connection_lost'],
    ['does not speak TLS', ({ port }) => `https://127.0.0.1:${port}/`, 'delivery.tls_failed'],
  ])('%s is told apart', async (_, urlOf, errorCode) => {
    await using server = await rawReceiver((socket) => socket.once('data', () => socket.end('HTTP/1.1')));
    expect(await sendTo(urlOf(server), { timeoutMs: 5_000 })).toMatchObject({ errorCode, status: null });
  });

  test.each([
    ['is no HTTP server', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['has too large a head', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(100_000)}\r\n\r\n`],
    ['contradicts itself', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
  ])('%s', async (_, answer) => {
    await using server = await rawReceiver((socket) => socket.once('data', () => socket.write(answer)));
    expect(await sendTo(server.url)).toMatchObject({ errorCode: 'delivery.answer_invalid', status: null });
  });

  test('is not there is told apart', async () => {
    const server = await rawReceiver(() => {});
    await server[Symbol.asyncDispose]();
    expect(await sendTo(server.url)).toMatchObject({ errorCode: 'delivery.unreachable' });
  });

  test('has a certificate that nobody trusts gets nothing', async () => {
    let asked = 0;
    await using server = await tlsReceiver((_request, response) => {
      asked += 1;
      response.end();
    });
    expect(await sendTo(server.url)).toMatchObject({ errorCode: 'delivery.tls_failed', status: null });
    expect(asked).toBe(0);
  });

  test('is cut off when the worker ends', async () => {
    const cut = new AbortController();
    await using server = await receiver(() => cut.abort());
    const result = await sendTo(server.url, { signal: cut.signal, timeoutMs: 60_000 });
    expect(result.errorCode).not.toBe(null);
  });
});
