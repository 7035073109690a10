import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { withDatabase } from './database-env.js';
import { type LocalRunFacts, localRunFile, writeLocalRunFacts } from './start/local-run-facts.js';

const folder = await mkdtemp(join(tmpdir(), 'landfall-cli-'));
afterAll(() => rm(folder, { recursive: true }));

const facts: LocalRunFacts = {
  apiUrl: 'http://localhost:3000',
  consoleUrl: null,
  apiKey: 'key',
  callbackUrl: 'http://localhost:3000/callbacks/oss',
  databaseUrl: 'postgres://local@localhost:54329/landfall',
  queueUrl: 'postgres://local@localhost:54329/landfall',
  managementUrls: { api: 'http://localhost:3001', worker: 'http://localhost:3002' },
  oss: {
    endpoint: 'http://localhost:9000',
    region: 'r',
    bucket: 'b',
    accessKeyId: 'i',
    accessKeySecret: 's',
  },
};
const outer = 'postgres://outer@db/landfall';
const local = { LOCAL_DATA_DIR: folder };

describe('without a local run', () => {
  test('the environment is taken as it is', async () => {
    const env = { ...local, DATABASE_URL: outer };
    expect(await withDatabase(env)).toEqual(env);
  });

  test.each([{}, { DATABASE_URL: '' }])(
    'nothing to go by is refused, and both ways are named: %o',
    async (env) => {
      await expect(withDatabase({ ...local, ...env })).rejects.toMatchObject({
        code: 'config.invalid',
        message: expect.stringMatching(/DATABASE_URL[^]*local\.json is missing[^]*npm start/),
      });
    },
  );

  test.each(['', 'half {', '{"apiUrl": "http://localhost:3000"}'])(
    'nor is a broken file: %s',
    async (text) => {
      await writeFile(localRunFile(folder), text);
      await expect(withDatabase(local)).rejects.toMatchObject({
        code: 'config.invalid',
        message: expect.stringMatching(/DATABASE_URL[^]*local\.json was not written/),
      });
    },
  );
});

describe('beside a local run', () => {
  test('database and queue are its own', async () => {
    await writeLocalRunFacts(localRunFile(folder), facts);
    const { databaseUrl: DATABASE_URL, queueUrl: QUEUE_URL } = facts;
    expect(await withDatabase(local)).toEqual({ ...local, DATABASE_URL, QUEUE_URL });
    expect(await withDatabase({ ...local, DATABASE_URL: '', QUEUE_URL: '' })).toMatchObject({
      DATABASE_URL,
      QUEUE_URL,
    });
  });

  test('the environment wins', async () => {
    await writeLocalRunFacts(localRunFile(folder), facts);
    const env = { ...local, DATABASE_URL: outer };
    expect(await withDatabase(env)).toEqual(env);
    const { QUEUE_URL } = await withDatabase({ ...local, QUEUE_URL: 'redis://queue' });
    expect(QUEUE_URL).toBe('redis://queue');
  });
});
