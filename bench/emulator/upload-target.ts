import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { Agent, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signRequestV4 } from '#oss';
import { type Program, startProgram } from '../harness/program.js';
import { benchBucket } from '../harness/target.js';

/** One request of an upload, as both servers accept it. */
interface UploadRequest {
  readonly method: 'PUT' | 'POST';
  readonly objectKey: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body: readonly Buffer[];
}

interface UploadAnswer {
  readonly etag: string;
  readonly text: string;
}

/** A server that receives uploads: the emulator or the bare one. */
export interface UploadTarget {
  readonly name: 'emulator' | 'bare';
  readonly program: Program;
  /** @throws Error if the status is neither 200 nor 204 */
  send(upload: UploadRequest): Promise<UploadAnswer>;
  /** Removes what was uploaded; not part of the measured time. */
  clear(objectKeys: readonly string[]): Promise<void>;
}

const region = 'cn-hangzhou';

/** Starts the emulator with an empty bucket and additional settings from `env`. */
export async function openEmulator(
  stack: AsyncDisposableStack,
  env: Record<string, string> = {},
): Promise<UploadTarget> {
  const folder = await temporaryFolder(stack);
  const credentials = { accessKeyId: 'bench', accessKeySecret: randomBytes(16).toString('hex') };
  const program = stack.use(
    await startProgram('emulator', 'programs/emulator.js', {
      EMULATOR_PORT: '0',
      EMULATOR_DATA_DIR: folder,
      EMULATOR_BUCKETS: benchBucket,
      EMULATOR_ACCESS_KEY_ID: credentials.accessKeyId,
      EMULATOR_ACCESS_KEY_SECRET: credentials.accessKeySecret,
      ...env,
    }),
  );
  const agent = openAgent(stack);
  const exchange = (method: string, { objectKey, query = {}, body }: Omit<UploadRequest, 'method'>) => {
    const asked = { method, bucket: benchBucket, objectKey, query, headers: {} };
    const search = new URLSearchParams(query).toString();
    return sendBody(`${program.url}/${benchBucket}/${objectKey}${search && `?${search}`}`, {
      method,
      headers: signRequestV4(asked, credentials, region),
      body,
      agent,
    });
  };
  return {
    name: 'emulator',
    program,
    send: (upload) => exchange(upload.method, upload),
    clear: async (objectKeys) => {
      for (const objectKey of objectKeys) await exchange('DELETE', { objectKey, body: [] });
    },
  };
}

/** Starts the reference server, which only writes a file and computes its MD5. */
export async function openBare(stack: AsyncDisposableStack): Promise<UploadTarget> {
  const parent = await temporaryFolder(stack);
  const folder = join(parent, 'files');
  await mkdir(folder);
  const program = stack.use(
    await startProgram('bare', 'bench/references/bare-upload-server.js', { UPLOAD_DIR: folder }),
  );
  const agent = openAgent(stack);
  return {
    name: 'bare',
    program,
    send: ({ method, objectKey, body }) =>
      sendBody(`${program.url}/${objectKey}`, { method, headers: {}, body, agent }),
    clear: async () => {
      await rm(folder, { recursive: true });
      await mkdir(folder);
    },
  };
}

async function temporaryFolder(stack: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-bench-uploads-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function openAgent(stack: AsyncDisposableStack): Agent {
  const agent = new Agent({ keepAlive: true });
  stack.defer(() => agent.destroy());
  return agent;
}

interface Sent {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: readonly Buffer[];
  readonly agent: Agent;
}

/** Sends a body of known length, respecting back-pressure. */
async function sendBody(url: string, { method, headers, body, agent }: Sent): Promise<UploadAnswer> {
  const length = body.reduce((bytes, chunk) => bytes + chunk.length, 0);
  const outgoing = request(url, { method, agent, headers: { ...headers, 'content-length': length } });
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  const write = async () => {
    for (const chunk of body) if (!outgoing.write(chunk)) await once(outgoing, 'drain');
    outgoing.end();
  };
  const [[response]] = await Promise.all([answered, write()]);
  const text = Buffer.concat(await response.toArray()).toString();
  const isDone = response.statusCode === 200 || response.statusCode === 204;
  if (!isDone) throw new Error(`${method} ${url} answered ${response.statusCode}: ${text}`);
  return { etag: response.headers.etag ?? '', text };
}
