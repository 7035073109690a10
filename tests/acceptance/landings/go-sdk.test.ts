import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { type Stack, startStack, testBucket } from '#testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
/** Where Debian's package golang-github-aliyun-aliyun-oss-go-sdk-dev puts the official SDK. */
const goPath = '/usr/share/gocode';
const installed =
  existsSync(join(goPath, 'src/github.com/aliyun/aliyun-oss-go-sdk')) &&
  spawnSync('go', ['version']).status === 0;
const reason =
  ' (skipped: needs the Debian packages golang-go and golang-github-aliyun-aliyun-oss-go-sdk-dev)';

/** What the Go program prints: the operation's answer, or the SDK's error. */
interface Answer {
  status?: number;
  body?: string;
  error?: string;
  code?: string;
}

describe.skipIf(!installed)(`the official Go SDK${installed ? '' : reason}`, () => {
  let stack: Stack;
  let folder: string;
  let picture: string;
  let sizeBytes: number;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'landfall-go-sdk-'));
    picture = join(folder, 'noise.png');
    const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
    await sharp({ create: { width: 400, height: 300, channels: 3, background: '#888', noise } })
      .png()
      .toFile(picture);
    sizeBytes = (await stat(picture)).size;
    const env = { ...process.env, GO111MODULE: 'off', GOPATH: goPath, GOCACHE: join(folder, 'cache') };
    await run('go', ['build', '-o', join(folder, 'go-sdk'), '.'], {
      cwd: 'tests/acceptance/landings/go-sdk',
      env,
    });
    stack = await startStack('postgres');
  });
  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  /** One operation of the Go program. At an IP address the SDK puts the bucket into the path. */
  const sdk = async <T = Answer>(
    operation: string[],
    secret = stack.env['OSS_ACCESS_KEY_SECRET'],
  ): Promise<T> => {
    const env = {
      OSS_ENDPOINT: `http://127.0.0.1:${stack.env['EMULATOR_PORT']}`,
      OSS_BUCKET: testBucket,
      OSS_ACCESS_KEY_ID: stack.env['OSS_ACCESS_KEY_ID'],
      OSS_ACCESS_KEY_SECRET: secret,
    };
    const { stdout } = await run(join(folder, 'go-sdk'), operation, { env, timeout: 60_000 });
    return JSON.parse(stdout) as T;
  };
  const callback = (url = stack.callbackUrl) =>
    JSON.stringify({
      callbackUrl: url,
      callbackBody: 'bucket=${bucket}&object=${object}&etag=${etag}&size=${size}&x:user_id=${x:user_id}',
      callbackBodyType: 'application/x-www-form-urlencoded',
    });
  const vars = (userId: string) => JSON.stringify({ 'x:user_id': userId });
  const idOf = ({ body = '' }: Answer) => (JSON.parse(body) as { id: string }).id;

  test('puts an object with a callback, gets our answer, and the upload becomes ready', async () => {
    const answer = await sdk(['put', 'go/目录 a+b/put.png', picture, callback(), vars('gopher & co')]);
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.error).toBeUndefined();
    expect(await stack.waitFor(idOf(answer), 'ready', 'failed')).toMatchObject({
      status: 'ready',
      error: null,
      objectKey: 'go/目录 a+b/put.png',
      sizeBytes,
      mimeType: 'image/png',
      vars: { user_id: 'gopher & co' },
    });
  });

  test('uploads in parts with a callback at completion', async () => {
    const answer = await sdk<Answer & { parts: number; openUploads: string[] }>([
      'multipart',
      'go/parts.png',
      picture,
      callback(),
      vars('parts'),
    ]);
    expect(answer).toMatchObject({
      status: 200,
      parts: Math.ceil(sizeBytes / 102_400),
      openUploads: ['go/parts.png'],
    });
    expect(answer.parts).toBeGreaterThan(1);
    expect(await stack.waitFor(idOf(answer), 'ready', 'failed')).toMatchObject({
      status: 'ready',
      etag: expect.stringMatching(new RegExp(`-${answer.parts}$`)) as string,
      sizeBytes,
      vars: { user_id: 'parts' },
    });
  });

  test('hands on a callback that failed as the unexpected status 203, and the object is there', async () => {
    const nowhere = callback(new URL('/nowhere', stack.callbackUrl).href);
    const answer = await sdk(['put', 'go/unheard.png', picture, nowhere, vars('nobody')]);
    expect(answer).toMatchObject({ status: 203, error: 'oss.UnexpectedStatusCodeError' });
    expect(answer.body).toContain('<Code>CallbackFailed</Code>');
    expect(answer.body).toContain('<Message>Error status : 404.</Message>');
    expect(await sdk(['head', 'go/unheard.png'])).toMatchObject({ exists: true });
  });

  test('reads refusals as its own errors', async () => {
    expect(await sdk(['list', '', ''], 'a wrong secret')).toMatchObject({
      error: 'oss.ServiceError',
      code: 'SignatureDoesNotMatch',
      status: 403,
    });
    expect(await sdk(['get', 'go/missing.png', '0-'])).toMatchObject({ code: 'NoSuchKey', status: 404 });
    expect(await sdk(['put', 'go/a.png', picture, '{"callbackUrl":', vars('a')])).toMatchObject({
      code: 'InvalidArgument',
      status: 400,
    });
  });

  test('reads, lists, copies and deletes objects', async () => {
    const content = await readFile(picture);
    const [first, second] = ['rest/a b+c/目录 1.png', 'rest/2.png'];
    await sdk(['put', first, picture, callback(), vars('rest')]);
    expect(await sdk(['copy', first, second])).toEqual({
      etag: expect.stringMatching(/^"[0-9A-F]{32}"$/) as string,
    });
    expect(await sdk(['head', second])).toMatchObject({
      exists: true,
      headers: {
        'Content-Length': String(sizeBytes),
        'Content-Type': 'image/png',
        'X-Oss-Meta-Made-By': 'go',
      },
    });
    const { bytes } = await sdk<{ bytes: string }>(['get', first, '1-3']);
    expect(Buffer.from(bytes, 'base64').toString()).toBe('PNG');
    const copy = join(folder, 'copy.png');
    expect(await sdk(['download', second, copy])).toEqual({});
    expect((await readFile(copy)).equals(content)).toBe(true);
    expect(await sdk(['list', 'rest/', ''])).toEqual({ keys: [second, first], prefixes: [] });
    expect(await sdk(['list', 'rest/', '/'])).toEqual({ keys: [second], prefixes: ['rest/a b+c/'] });
    expect(await sdk(['delete', second, first])).toEqual({ deleted: [first] });
    expect(await sdk(['head', first])).toEqual({ exists: false });
    expect(await sdk(['list', 'rest/', ''])).toEqual({ keys: [], prefixes: [] });
  });
});
