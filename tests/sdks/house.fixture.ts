import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ossClient, type Stack, startStack, testBucket } from '#testing';
import { afterAll, beforeAll } from 'vitest';

/** One upload that a program of an SDK makes by each operation. */
export interface SdkCase {
  name: string;
  /** The program puts its own prefix before it, so that no two uploads share a key. */
  key: string;
  /** Custom variables as OSS calls them: `x:…`. */
  vars: Record<string, string>;
  content: string;
}

/** What a program reads from the JSON file that the environment variable SDK_RUN names. */
export interface SdkRun {
  endpoint: string;
  region: string;
  bucket: string;
  accessKeyId: string;
  accessKeySecret: string;
  callbackUrl: string;
  /** Answers 500 to every callback. */
  failingCallbackUrl: string;
  /** Template of the callback's body, for `application/x-www-form-urlencoded`. */
  callbackBody: string;
  /** An empty folder for files. */
  folder: string;
  cases: SdkCase[];
  /** To be uploaded with `failingCallbackUrl`. */
  failingCase: SdkCase;
}

/** What a program prints for each upload, as one line of JSON. */
export interface SdkLine {
  operation: 'put' | 'form' | 'append' | 'multipart' | 'presigned' | 'resumable';
  signature: 'v1' | 'v4';
  /** Name of the case, or `callback fails`. */
  case: string;
  key: string;
  status: number | null;
  /** The application's answer as the SDK gives it: an object, or its text. */
  answer?: unknown;
  /** Of a callback that fails: whether the SDK raised an error, and that error's code. */
  raised?: boolean;
  code?: string | null;
}

/** Uploaded with `failingCallbackUrl` by every operation and signature. */
const failingCase: SdkCase = { name: 'callback fails', key: 'failing.txt', vars: {}, content: 'kept' };

/** What a program must have done. */
interface Wanted {
  operations: readonly SdkLine['operation'][];
  signatures: readonly SdkLine['signature'][];
  /** What the SDK makes of a 203; without a code where it tells none. */
  failingCallback: { raised: boolean; code?: string | null };
  /** Of a 203, where the SDK tells another than 203: null if it tells none. */
  failingStatus?: null;
}

/** Keys and values that clients have been seen to encode in several ways. */
const cases: SdkCase[] = [
  { name: 'plain', key: 'photo.txt', vars: { 'x:user_id': '42' }, content: 'hello' },
  { name: 'Chinese', key: '照片/小猫.txt', vars: { 'x:user_id': '小猫' }, content: '你好' },
  { name: 'spaces', key: 'my photo of a cat.txt', vars: { 'x:user_id': 'a b  c' }, content: 'a b' },
  { name: 'plus', key: 'a+b/c++.txt', vars: { 'x:user_id': '1+1=2&x=y' }, content: '+' },
  { name: 'percent', key: '100%/50%25.txt', vars: { 'x:user_id': '%41%' }, content: '%' },
  { name: '%2F', key: 'a%2Fb.txt', vars: { 'x:user_id': 'a%2Fb/c' }, content: '/' },
  {
    name: 'quotes',
    key: `it's "quoted".txt`,
    vars: { 'x:user_id': `"double" 'single' \\back 😀` },
    content: '"',
  },
  { name: 'empty variable', key: 'empty.txt', vars: { 'x:user_id': '' }, content: '' },
  // More than the smallest part of OSS, 100 KB.
  { name: 'two parts', key: 'parts.txt', vars: { 'x:user_id': '2' }, content: 'part '.repeat(30_000) },
];

/** A house for the tests of one file: emulator, api and worker, and an application that fails. */
export function useHouse(): House {
  const house = new House();
  beforeAll(() => house.open());
  afterAll(() => house.close());
  return house;
}

export class House {
  #stack: Stack | undefined;
  #folder = '';
  readonly #failing = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(500).end());
  });

  async open(): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), 'landfall-sdk-'));
    await new Promise<void>((resolve) => this.#failing.listen(0, '127.0.0.1', resolve));
    this.#stack = await startStack('postgres', { LOG_LEVEL: 'warn' });
  }

  async close(): Promise<void> {
    this.#failing.closeAllConnections();
    await new Promise((resolve) => this.#failing.close(resolve));
    await this.#stack?.[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }

  get stack(): Stack {
    if (!this.#stack) throw new Error('the house is not open');
    return this.#stack;
  }

  /** What a program gets to know; `endpoint` without the bucket, for path style. */
  get run(): SdkRun {
    const { emulator, env, callbackUrl } = this.stack;
    const { port } = this.#failing.address() as AddressInfo;
    return {
      endpoint: emulator.url,
      region: 'cn-hangzhou',
      bucket: testBucket,
      accessKeyId: env['EMULATOR_ACCESS_KEY_ID'] ?? '',
      accessKeySecret: env['EMULATOR_ACCESS_KEY_SECRET'] ?? '',
      callbackUrl,
      failingCallbackUrl: `http://127.0.0.1:${port}/`,
      callbackBody:
        'bucket=${bucket}&object=${object}&etag=${etag}&size=${size}&mimeType=${mimeType}&x:user_id=${x:user_id}',
      folder: this.#folder,
      cases,
      failingCase,
    };
  }

  /** Writes what a program reads; returns the path for its SDK_RUN. */
  async writeRun(changes: Partial<SdkRun> = {}): Promise<string> {
    const path = join(this.#folder, 'run.json');
    await writeFile(path, JSON.stringify({ ...this.run, ...changes }));
    return path;
  }

  /**
   * Holds what a program printed against what the api knows. Both lists are equal if every case came
   * once by each operation and signature, the SDK gave the application's answer, the api knows
   * exactly that upload, and a callback that failed left its object and looked as `failingCallback`
   * says.
   */
  async compare(
    lines: readonly SdkLine[],
    wanted: Wanted,
  ): Promise<{ seen: unknown[]; expected: unknown[] }> {
    const seen = [];
    for (const line of lines) seen.push(await this.#seenOf(line, wanted));
    const expected = wanted.operations.flatMap((operation) =>
      wanted.signatures.flatMap((signature) => [
        ...cases.map(({ name, vars, content }) => ({
          upload: `${operation} ${signature} ${name}`,
          status: 200,
          known: { bucket: testBucket, sizeBytes: Buffer.byteLength(content), vars: withoutPrefix(vars) },
        })),
        {
          upload: `${operation} ${signature} ${failingCase.name}`,
          status: wanted.failingStatus === undefined ? 203 : wanted.failingStatus,
          failure: wanted.failingCallback,
          storedBytes: Buffer.byteLength(failingCase.content),
        },
      ]),
    );
    return { seen: seen.toSorted(byUpload), expected: expected.toSorted(byUpload) };
  }

  async #seenOf(line: SdkLine, { failingCallback }: Wanted): Promise<{ upload: string }> {
    const { status, raised, code } = line;
    const upload = `${line.operation} ${line.signature} ${line.case}`;
    if (line.case === failingCase.name) {
      const failure = { raised, ...('code' in failingCallback && { code }) };
      return { upload, status, failure, storedBytes: await this.#storedBytes(line.key) } as never;
    }
    const answer = typeof line.answer === 'string' ? tryJson(line.answer) : line.answer;
    const { id } = (answer ?? {}) as { id?: string };
    if (!id) return { upload, line } as never;
    // Its variables are believed once the worker has seen the object.
    const known = await this.stack.waitFor(id, 'ready', 'ignored', 'failed');
    const { bucket, sizeBytes, vars } = known;
    const otherKey = known.objectKey === line.key ? {} : { objectKey: known.objectKey, line };
    return { upload, status, known: { bucket, sizeBytes, vars, ...otherKey } } as never;
  }

  /** OSS keeps an object whose callback failed. Null if there is none. */
  async #storedBytes(key: string): Promise<number | null> {
    const page = await ossClient(this.stack).listV2({ prefix: key, 'max-keys': '1' }, {});
    return page.objects?.find(({ name }) => name === key)?.size ?? null;
  }
}

const byUpload = (left: { upload: string }, right: { upload: string }) =>
  left.upload < right.upload ? -1 : 1;

const withoutPrefix = (vars: Record<string, string>) =>
  Object.fromEntries(Object.entries(vars).map(([name, value]) => [name.slice('x:'.length), value]));

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
