import { createServer } from 'node:net';
import { freePort } from '#local';
import { describe, expect, test } from 'vitest';
import { checkPorts, describeRun, readLocalSettings } from './local-settings.js';

describe('readLocalSettings', () => {
  test('has the ports of the README when nobody says otherwise', async () => {
    const settings = await readLocalSettings({});
    expect(settings).toMatchObject({
      dataDir: '.landfall',
      postgresPort: 54_329,
      apiUrl: 'http://localhost:3000',
      ossEndpoint: 'http://localhost:9000',
    });
    expect(settings.env).toMatchObject({ CALLBACK_KEY_HOSTS: 'localhost:9000', API_HOST: '127.0.0.1' });
  });

  test('never reaches for what a shell full of production settings points at', async () => {
    const { env } = await readLocalSettings({
      OSS_ENDPOINT: 'https://oss-cn-hangzhou.aliyuncs.com',
      OSS_PUBLIC_ENDPOINT: 'https://cdn.example.com',
      OSS_ACCESS_KEY_SECRET: 'a real one',
      LANDFALL_ENV: 'production',
      LOG_LEVEL: 'debug',
    });
    expect(env['OSS_ENDPOINT']).toBe('http://localhost:9000');
    expect(env['OSS_PUBLIC_ENDPOINT']).toBe('');
    expect(Object.values(env)).not.toContain('a real one');
    expect(env['LOG_LEVEL']).toBe('debug');
  });

  test("has events sent to its own api, and takes them from no queue but the emulator's", async () => {
    const queue = 'http://localhost:9000/-/mns/queues/events';
    const { env } = await readLocalSettings({
      EVENTS_QUEUE_URL: 'https://1234.mns.cn-hangzhou.aliyuncs.com/queues/events',
      EVENTS_TOKENS: 'a real one of more than twenty',
    });
    expect(env).toMatchObject({
      EVENTS_ACCEPT: 'smq,eventbridge',
      EVENTS_CERT_HOSTS: 'localhost:9000',
      EVENTS_TARGET_URL: 'http://localhost:3000/events/oss',
      EVENTS_TOKENS: '',
      EVENTS_QUEUE_URL: '',
    });
    expect(JSON.parse(env['EMULATOR_EVENT_RULES'] ?? '')).toMatchObject([
      { target: 'smq', url: 'http://localhost:3000/events/oss' },
    ]);
    const given = { EVENTS_QUEUE_URL: queue, EMULATOR_EVENT_RULES: '[]', TICKET_FOLLOW_UP_S: '300' };
    expect((await readLocalSettings(given)).env).toMatchObject(given);
  });

  test('takes free ports for port 0', async () => {
    const { apiUrl, env } = await readLocalSettings({
      API_PORT: '0',
      EMULATOR_PORT: '0',
      LOCAL_POSTGRES_PORT: '0',
    });
    expect(Number(env['API_PORT'])).toBeGreaterThan(0);
    expect(apiUrl).toBe(`http://localhost:${env['API_PORT']}`);
    expect(env['EMULATOR_PORT']).not.toBe(env['API_PORT']);
  });

  test('refuses what is no port', async () => {
    await expect(readLocalSettings({ API_PORT: '70000' })).rejects.toThrow('API_PORT');
  });
});

test('a busy port is told with the setting that changes it', async () => {
  const port = await freePort();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const settings = await readLocalSettings({ API_PORT: '0', EMULATOR_PORT: String(port) });
  await expect(checkPorts(settings)).rejects.toMatchObject({
    code: 'local.port_busy',
    message: expect.stringMatching(new RegExp(`${port}[^]*EMULATOR_PORT=${port + 1}`)),
  });
  await new Promise((resolve) => server.close(resolve));
});

test('a queue that the environment names is told, otherwise the database is the queue', async () => {
  const database = 'postgres://landfall@127.0.0.1:1/landfall';
  expect(describeRun(await readLocalSettings({}), database).queueUrl).toBe(database);
  const withRedis = await readLocalSettings({ QUEUE_URL: 'redis://localhost:6379' });
  expect(describeRun(withRedis, database).queueUrl).toBe('redis://localhost:6379');
});
