import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import OSS from 'ali-oss';
import { signRequestV4, type OssCredentials } from '#oss';
import { createLogger } from '#runtime';
import { startEmulator, type Emulator, type EmulatorOptions } from './emulator.js';

export const credentials = { accessKeyId: 'LTAI5tTestKey', accessKeySecret: 'test-secret+/=' };
export const region = 'cn-hangzhou';
export const bucket = 'examplebucket';

export interface EmulatorFixture {
  readonly dataDir: string;
  readonly emulator: Emulator;
  /** Stops the emulator and starts another one on the same folder. */
  restart(): Promise<void>;
  /** The real client of OSS. */
  client(signature?: 'V1' | 'V4', keys?: OssCredentials): OSS;
  remove(): Promise<void>;
}

/** Starts an emulator on a folder of its own. */
export async function startFixture(options: Partial<EmulatorOptions> = {}): Promise<EmulatorFixture> {
  const dataDir = await mkdtemp(join(tmpdir(), 'oss-emulator-'));
  const start = () =>
    startEmulator({
      ...credentials,
      host: '127.0.0.1',
      port: 0,
      dataDir,
      region,
      buckets: [bucket],
      logger: createLogger('oss-emulator', 'silent'),
      ...options,
    });
  let emulator = await start();
  return {
    dataDir,
    get emulator() {
      return emulator;
    },
    async restart() {
      await emulator.close();
      emulator = await start();
    },
    client(signature = 'V4', { securityToken, ...keys }: OssCredentials = credentials) {
      const settings = {
        ...keys,
        ...(securityToken !== undefined && {
          stsToken: securityToken,
          refreshSTSToken: () => Promise.resolve({ ...keys, stsToken: securityToken }),
          refreshSTSTokenInterval: 3_600_000,
        }),
        endpoint: emulator.url,
        region: `oss-${region}`,
        bucket,
        authorizationV4: signature === 'V4',
        // Path style; the client's types do not know it.
        sldEnable: true,
      };
      return new OSS(settings);
    },
    async remove() {
      await emulator.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** The body as text. */
  readonly text: string;
}

export interface RawRequest {
  readonly method?: string;
  /** Request target as it goes on the wire. */
  readonly target: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

/** Sends a request just as given, and reads the answer. */
export async function sendRaw(
  url: string,
  { method = 'GET', target, headers, body }: RawRequest,
): Promise<RawAnswer> {
  const { port } = new URL(url);
  const sent = request({
    host: '127.0.0.1',
    port,
    method,
    path: target,
    headers: headers ?? {},
    agent: false,
  });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const bytes = await buffer(answer);
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: bytes, text: bytes.toString() };
}

export interface SignedRequest {
  readonly method?: string;
  readonly key?: string;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  readonly bucket?: string;
  readonly now?: Date;
}

/** Sends a request that V4 signs, path style. */
export function sendSigned(url: string, request: SignedRequest): Promise<RawAnswer> {
  const { method = 'GET', key = '', query = {}, headers = {}, body } = request;
  const address = { bucket: request.bucket ?? bucket, objectKey: key };
  const added = signRequestV4({ method, ...address, query, headers }, credentials, region, request.now);
  const path = `/${address.bucket}/${key}`.split('/').map(encodeURIComponent).join('/');
  const search = new URLSearchParams(query).toString();
  const length: Record<string, string> =
    body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return sendRaw(url, {
    method,
    target: search ? `${path}?${search}` : path,
    headers: { ...length, ...headers, ...added },
    ...(body !== undefined && { body }),
  });
}

/** The text of an element of an XML answer. */
export function elementOf(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}
