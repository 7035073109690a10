import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp } from '#testing';
import { dataFilesOf } from '../fixtures/data-files.fixture.js';
import { bucket, credentials } from '../fixtures/emulator.fixture.js';
import { elementOf, sendSigned, type SignedRequest } from '../fixtures/requests.fixture.js';

const rounds = 5;
const writers = 6;

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'oss-emulator-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

const start = () =>
  startApp('emulator', {
    EMULATOR_PORT: '0',
    EMULATOR_DATA_DIR: dataDir,
    EMULATOR_BUCKETS: bucket,
    EMULATOR_ACCESS_KEY_ID: credentials.accessKeyId,
    EMULATOR_ACCESS_KEY_SECRET: credentials.accessKeySecret,
    LOG_LEVEL: 'warn',
  });

/** What a key may hold: what was last confirmed, or what was asked for when the process died. */
interface Hopes {
  confirmed: string | undefined;
  asked: string | undefined;
}

type Send = (request: SignedRequest) => Promise<{ status: number; text: string }>;

/** Tells apart every write; its length varies over the sizes of one chunk and several. */
const bodyOf = (key: string, at: number) => `${key} ${at} `.repeat(1 + ((at * 7919) % 20_000));

async function write(send: Send, key: string, body: string | undefined, at: number): Promise<void> {
  if (body === undefined) return void (await send({ method: 'DELETE', key }));
  if (at % 3 > 0) return void (await send({ method: 'PUT', key, body }));
  const started = await send({ method: 'POST', key, query: { uploads: '' } });
  const uploadId = elementOf(started.text, 'UploadId') ?? '';
  await send({ method: 'PUT', key, query: { uploadId, partNumber: '1' }, body });
  const headers = { 'x-oss-complete-all': 'yes' };
  await send({ method: 'POST', key, query: { uploadId }, headers, body: '' });
}

test('every object is whole or absent, whenever the process is killed', { timeout: 300_000 }, async () => {
  const keys = Array.from({ length: writers }, (_, at) => `writer-${at}`);
  const hopes = new Map<string, Hopes>(keys.map((key) => [key, { confirmed: undefined, asked: undefined }]));
  let count = 0;
  for (let round = 0; round < rounds; round++) {
    const emulator = await start();
    const killAfter = count + 5 + Math.floor(Math.random() * 60);
    let died: Promise<unknown> | undefined;
    const send: Send = async (request) => {
      const answer = await sendSigned(emulator.url, request);
      if (answer.status >= 300) throw new Error(`${answer.status}: ${answer.text}`);
      count++;
      if (count >= killAfter) died ??= emulator.end('SIGKILL');
      return answer;
    };
    await Promise.all(
      Array.from(hopes, async ([key, hope]) => {
        for (let at = count; ; at++) {
          const body = at % 5 === 4 ? undefined : bodyOf(key, at);
          hope.asked = body;
          try {
            await write(send, key, body, at);
          } catch (error) {
            if (!died) throw error;
            return;
          }
          hope.confirmed = body;
        }
      }),
    );
    await died;
    expect(count).toBeGreaterThanOrEqual(killAfter);
    await checkAll(hopes);
  }
});

/** Looks at everything with another process, which ends in peace. */
async function checkAll(hopes: Map<string, Hopes>): Promise<void> {
  const emulator = await start();
  for (const [key, hope] of hopes) {
    const { status, text } = await sendSigned(emulator.url, { key });
    const found = status === 404 ? undefined : text;
    expect([hope.confirmed, hope.asked].map(digest)).toContain(digest(found));
    hope.confirmed = found;
  }
  const list = await sendSigned(emulator.url, {});
  const uploads = await sendSigned(emulator.url, { query: { uploads: '' } });
  let parts = 0;
  for (const [, key = '', uploadId = ''] of uploads.text.matchAll(/<Key>([^<]+)<\/Key><UploadId>([^<]+)</g)) {
    const listed = await sendSigned(emulator.url, { key, query: { uploadId } });
    parts += listed.text.split('<Part>').length - 1;
  }
  // Nothing but what a record names is left.
  const objects = list.text.split('<Contents>').length - 1;
  expect(await dataFilesOf(dataDir)).toHaveLength(objects + parts);
  expect(await readdir(join(dataDir, 'incoming'))).toEqual([]);
  expect(emulator.output()).toBe('');
  expect(await emulator.end()).toBe(0);
}

/** Short, for the message of a failure. */
const digest = (text: string | undefined) =>
  text === undefined ? 'absent' : `${text.slice(0, 12)}… ${createHash('md5').update(text).digest('hex')}`;
