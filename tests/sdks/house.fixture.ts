import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ossClient, type Stack, startStack, testBucket, type UploadView } from '#testing';
import { afterAll, beforeAll, expect } from 'vitest';

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

const callbackFails = 'callback fails';

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
    vars: { 'x:user_id': `"double" 'single' \\back\nline 😀` },
    content: '"',
  },
  { name: 'empty variable', key: 'empty.txt', vars: { 'x:user_id': '' }, content: '' },
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
    };
  }

  /** Writes what a program reads; returns the path for its SDK_RUN. */
  async writeRun(changes: Partial<SdkRun> = {}): Promise<string> {
    const path = join(this.#folder, 'run.json');
    await writeFile(path, JSON.stringify({ ...this.run, ...changes }));
    return path;
  }

  /**
   * Asserts that every case came by every operation and signature, that the SDK gave the
   * application's answer, and that the api knows exactly that upload; and what this SDK makes of a
   * callback that fails.
   */
  async expectUploads(
    lines: readonly SdkLine[],
    expected: {
      operations: readonly SdkLine['operation'][];
      signatures: readonly SdkLine['signature'][];
      /** What the SDK makes of the 203 of a callback that failed. */
      failingCallback: { raised: boolean; code?: string | null };
    },
  ): Promise<void> {
    const { operations, signatures, failingCallback } = expected;
    const names = [...cases.map(({ name }) => name), callbackFails];
    const wanted = operations.flatMap((operation) =>
      signatures.flatMap((signature) => names.map((name) => `${operation} ${signature} ${name}`)),
    );
    const came = lines.map((line) => `${line.operation} ${line.signature} ${line.case}`);
    expect(came.toSorted()).toEqual(wanted.toSorted());
    for (const line of lines) {
      if (line.case === callbackFails) {
        expect(line).toMatchObject({ ...failingCallback, status: 203 });
        expect(await this.#sizeOf(line.key)).toBeGreaterThanOrEqual(0);
      } else await this.#expectUpload(line);
    }
  }

  async #expectUpload(line: SdkLine): Promise<void> {
    const { vars, content } = cases.find(({ name }) => name === line.case) ?? { vars: {}, content: '' };
    const answer = (typeof line.answer === 'string' ? JSON.parse(line.answer) : line.answer) as {
      id: string;
    };
    expect(line, JSON.stringify(line)).toMatchObject({ status: 200 });
    const upload = await this.stack.get<UploadView>(`/v1/uploads/${answer.id}`);
    expect(upload, JSON.stringify(line)).toMatchObject({
      bucket: testBucket,
      objectKey: line.key,
      sizeBytes: Buffer.byteLength(content),
      vars: Object.fromEntries(Object.entries(vars).map(([name, value]) => [name.slice(2), value])),
    });
  }

  /** OSS keeps an object whose callback failed. */
  async #sizeOf(key: string): Promise<number> {
    const { res } = await ossClient(this.stack).head(key);
    return Number((res.headers as Record<string, string>)['content-length']);
  }
}
