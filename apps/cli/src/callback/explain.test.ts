import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signCallback } from '#oss';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { runProgram } from '../program.js';

const keys = generateKeyPairSync('rsa', {
  modulusLength: 1024,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const nonce = `019bbd8e-7b00-7000-8000-000000000001.1768469400.${'m4C_-'.repeat(9).slice(0, 43)}`;
const body = `bucket=b&object=a%20b.jpg&x:ticket=${nonce}`;
const signature = signCallback('/cb?a=1', Buffer.from(body), createPrivateKey(keys.privateKey));

describe('landfall callback explain', () => {
  let folder: string;
  let keyServer: Server;
  let keyHost: string;
  let asked: string[] = [];
  let printed: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'landfall-explain-'));
    await writeFile(join(folder, 'key.pem'), keys.publicKey);
    await writeFile(join(folder, 'no-key.pem'), 'no key');
    keyServer = createServer((incoming, response) => {
      asked.push(incoming.url ?? '');
      if (incoming.url === '/slow.pem') return;
      if (incoming.url === '/moved.pem') return response.writeHead(302, { location: '/key.pem' }).end();
      if (incoming.url === '/huge.pem') return response.end('x'.repeat(100_000));
      if (incoming.url === '/key.pem') return response.end(keys.publicKey);
      return response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => keyServer.listen(0, '127.0.0.1', resolve));
    keyHost = `localhost:${(keyServer.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    keyServer.closeAllConnections();
    await new Promise((resolve) => keyServer.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    printed = [];
    asked = [];
    vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
  });
  afterEach(() => vi.restoreAllMocks());

  const raw = (target: string, sent: string, keyPath = '/key.pem') =>
    [
      `POST ${target} HTTP/1.1`,
      'Host: api.example',
      `Content-Length: ${Buffer.byteLength(sent)}`,
      'Content-Type: application/x-www-form-urlencoded',
      `Authorization: ${signature}`,
      `x-oss-pub-key-url: ${Buffer.from(`http://${keyHost}${keyPath}`).toString('base64')}`,
      '',
      sent,
    ].join('\r\n');

  async function run(content: string | Buffer, words: string[] = [], env: NodeJS.ProcessEnv = {}) {
    const file = join(folder, 'captured');
    await writeFile(file, content);
    const settings = { CALLBACK_KEY_HOSTS: keyHost, CALLBACK_KEY_TIMEOUT_MS: '2000', ...env };
    const exitCode = await runProgram(['callback', 'explain', file, ...words], settings);
    const text = printed.join('\n');
    expect(text).not.toContain('m4C_-');
    expect(text).not.toContain(signature.slice(0, 12));
    return { exitCode, text };
  }

  test('ends with 0 when the signature holds, with the key that the request names', async () => {
    const { exitCode, text } = await run(raw('/cb?a=1', body));
    expect(exitCode).toBe(0);
    expect(text).toMatch(/^ok +signature .* is valid$/m);
    expect(text).toMatch(/^The signature is valid\.$/m);
    expect(asked).toEqual(['/key.pem']);
  });

  test.each([
    ['a prefix', '/x/cb?a=1', body, /added the path prefix \/x/],
    ['a line end', '/cb?a=1', `${body}\n`, /line break was appended/],
    ['+ for %20', '/cb?a=1', body.replace('%20', '+'), /\+ for %20/],
  ])('ends with 1 and tells of %s', async (_, target, sent, cause) => {
    const { exitCode, text } = await run(raw(target, sent));
    expect(exitCode).toBe(1);
    expect(text).toMatch(cause);
    expect(text).toMatch(/^The signature is not valid\.$/m);
  });

  test('takes a key file, the pinned key, a prefix and the callback URL', async () => {
    const file = join(folder, 'key.pem');
    expect((await run(raw('/cb?a=1', body), ['--key', file])).exitCode).toBe(0);
    expect((await run(raw('/cb?a=1', body), [], { CALLBACK_PUBLIC_KEY_FILE: file })).exitCode).toBe(0);
    expect(asked).toEqual([]);
    expect((await run(raw('/?a=1', body), ['--key', `http://${keyHost}/key.pem`])).exitCode).toBe(1);
    expect((await run(raw('?a=1', body), ['--prefix', '/cb/'])).exitCode).toBe(0);
    const reported = await run(raw('/q', body), ['--url', 'https://api.example/cb?a=1']);
    expect(reported.text).toMatch(/callback was sent to "\/cb\?a=1"/);
  });

  test('asks no host that is not allowed for a key', async () => {
    const { exitCode, text } = await run(raw('/cb?a=1', body), [], { CALLBACK_KEY_HOSTS: 'other.example' });
    expect(exitCode).toBe(1);
    expect(text).toMatch(/key_host_forbidden[^]*provide one with --key/);
    expect(asked).toEqual([]);
  });

  test.each(['/slow.pem', '/moved.pem', '/huge.pem', '/gone.pem'])(
    'says that a key cannot be had: %s',
    async (path) => {
      const { exitCode, text } = await run(raw('/cb?a=1', body, path));
      expect(exitCode).toBe(1);
      expect(text).toMatch(/wrong +key +no key/);
      expect(asked).toEqual([path]);
    },
  );

  test('says that the capture is truncated', async () => {
    const { exitCode, text } = await run(raw('/cb?a=1', body).slice(0, -20));
    expect(exitCode).toBe(1);
    expect(text).toMatch(/the body is truncated: it has \d+ of the \d+/);
  });

  test('prints nothing that steers a terminal', async () => {
    const captured = {
      method: 'PO\u001b[2JST',
      target: '/\u009b31m',
      headers: { 'x\u0007': '', 'content-type': '\u202e' },
      body: '\u001b]0;x\u0007',
    };
    const { text } = await run(JSON.stringify(captured));
    expect(text).not.toMatch(/[^\P{C}\n]/u);
    expect(text).toContain('\\u{1b}');
  });

  const unreadable: [string, string | Buffer, RegExp][] = [
    ['nothing', '', /empty/],
    ['no request', 'hello\n\n', /request line/],
    ['a head that is cut off', 'POST /cb HTTP/1.1\r\nHost: x', /no empty line follows the headers/],
    ['broken JSON', '{"target": "/cb", "hea', /neither JSON nor log lines/],
    ['chunks', 'POST / HTTP/1.1\nTransfer-Encoding: chunked\n\n0\r\n\r\n', /chunked/],
    ['more than 2 MB', Buffer.alloc(3_000_000, 0x61), /larger than 2097152 bytes/],
    ['bytes', Buffer.from([0xff, 0xfe, 0x00, 0x0a, 0x0a]), /request line|empty line/],
  ];
  test.each(unreadable)('refuses a file with %s', async (_, content, message) => {
    await expect(run(content)).rejects.toMatchObject({
      code: 'request.invalid',
      message: expect.stringMatching(message),
    });
  });

  test.each([
    ['no words', []],
    ['no file', ['explain']],
    ['two files', ['explain', 'a', 'b']],
    ['another verb', ['describe', 'a']],
    ['an unknown option', ['explain', 'a', '--kee', 'x']],
    ['an option without its value', ['explain', 'a', '--key']],
  ])('ends with 2 when given %s', async (_, words) => {
    const complain = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(await runProgram(['callback', ...words], {})).toBe(2);
    expect(complain.mock.calls.join('')).toMatch(/^error: |Usage: landfall callback/m);
  });

  test.each(['missing', '.'])('refuses what is no file: %s', async (name) => {
    await expect(runProgram(['callback', 'explain', join(folder, name)], {})).rejects.toMatchObject({
      code: 'request.invalid',
      message: expect.stringMatching(/cannot read/),
    });
  });

  test('refuses a key file that holds no key, and settings that are wrong', async () => {
    const noKey = join(folder, 'no-key.pem');
    await expect(run(raw('/cb', body), ['--key', noKey])).rejects.toMatchObject({
      message: expect.stringMatching(/does not contain a public key in PEM format/),
    });
    await expect(run(raw('/cb', body), [], { CALLBACK_PATH_PREFIX: 'x' })).rejects.toMatchObject({
      code: 'config.invalid',
    });
  });
});
