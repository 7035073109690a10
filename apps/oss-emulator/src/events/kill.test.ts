import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp } from '#testing';
import { useReceiver } from '../fixtures/callback-receiver.fixture.js';
import { bucket, credentials } from '../fixtures/emulator.fixture.js';
import { eventsIn, untilSettled } from '../fixtures/events.fixture.js';
import { sendSigned } from '../fixtures/requests.fixture.js';

const rounds = 4;
const writers = 6;

const receiver = useReceiver();
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
    EMULATOR_EVENT_RULES: JSON.stringify([
      { target: 'smq', url: receiver.url, events: ['ObjectCreated:PutObject'] },
    ]),
    LOG_LEVEL: 'warn',
  });

test('every object tells of itself, whenever the process is killed', { timeout: 120_000 }, async () => {
  // Some wait for another attempt when it is killed.
  receiver.answer = (response) => response.writeHead(receiver.calls.length % 3 === 0 ? 503 : 204).end();
  let count = 0;
  for (let round = 0; round < rounds; round++) {
    const emulator = await start();
    const killAfter = count + 20 + Math.floor(Math.random() * 40);
    let died: Promise<unknown> | undefined;
    const writer = async () => {
      while (!died) {
        const key = `upload-${count++}`;
        if (count >= killAfter) died = emulator.end('SIGKILL');
        // Stored or not: what is stored counts.
        await sendSigned(emulator.url, { method: 'PUT', key, body: key }).catch((error: unknown) => {
          if (!died) throw error;
        });
      }
    };
    await Promise.all(Array.from({ length: writers }, writer));
    await died;
  }
  receiver.answer = (response) => response.writeHead(204).end();
  const emulator = await start();
  await untilSettled(emulator);
  const { text } = await sendSigned(emulator.url, { query: { 'max-keys': '1000' } });
  const stored = [...text.matchAll(/<Key>([^<]+)</g)].map(([, key = '']) => key);
  expect(stored.length).toBeGreaterThan(rounds * 15);
  const heard = new Set(receiver.calls.flatMap(eventsIn).map(({ objectKey }) => objectKey));
  expect(stored.filter((key) => !heard.has(key))).toEqual([]);
  expect([...heard].filter((key) => !stored.includes(key))).toEqual([]);
  expect(await emulator.end()).toBe(0);
});
