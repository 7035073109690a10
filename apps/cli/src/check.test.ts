import { developmentSecrets } from '#runtime';
import { describe, expect, test } from 'vitest';
import { findProblems } from './check.js';

const production = {
  API_KEYS: 'a-key-of-our-own',
  API_LINK_SECRET: 'a-link-secret-of-our-own-0123456789',
  API_PUBLIC_URL: 'https://media.example.com',
  CALLBACK_TRUST: 'ticket',
  TICKET_SECRETS: 'a-ticket-secret-of-our-own-0123456789',
  DATABASE_URL: 'postgres://landfall:secret@db.internal/landfall',
  QUEUE_URL: 'rediss://queue.internal:6379',
  OSS_ENDPOINT: 'https://oss-cn-hangzhou.aliyuncs.com',
  OSS_REGION: 'cn-hangzhou',
  OSS_BUCKETS: 'uploads',
  OSS_ACCESS_KEY_ID: 'LTAI5tExample',
  OSS_ACCESS_KEY_SECRET: 'not-a-secret',
};

describe('findProblems', () => {
  test('finds nothing in sound production settings', () => {
    expect(findProblems(production)).toEqual({ errors: [], warnings: [] });
  });

  test('names every missing setting, and the pipelines file that is not there', () => {
    const { errors } = findProblems({ PIPELINES_FILE: 'nowhere.yaml' });
    expect(errors.join('\n')).toMatch(/API_KEYS[^]*DATABASE_URL[^]*OSS_ENDPOINT[^]*nowhere\.yaml/);
  });

  test('refuses secrets that everybody knows, and only warns of them in development', () => {
    const env = { ...production, API_KEYS: developmentSecrets.apiKey };
    expect(findProblems(env).errors.join('\n')).toContain('API_KEYS');
    const development = findProblems({ ...env, LANDFALL_ENV: 'development' });
    expect(development.errors).toEqual([]);
    expect(development.warnings.join('\n')).toContain('LANDFALL_ENV');
  });

  test('warns of settings that do not exist', () => {
    const { errors, warnings } = findProblems({ ...production, WORKER_QUEUE: 'transcode', PATH: '/bin' });
    expect(errors).toEqual([]);
    expect(warnings).toEqual(['WORKER_QUEUE: unknown setting; it is ignored']);
  });

  test('a strict setting of before is not loosened in silence', () => {
    expect(findProblems({ ...production, CALLBACK_REQUIRE_TICKET: 'true' }).errors.join()).toContain(
      'CALLBACK_TRUST=ticket',
    );
  });

  test.each([
    ['CALLBACK_KEY_HOSTS', 'gosspublic.alicdn.com,keys.example.com', 'keys.example.com'],
    ['OSS_ENDPOINT', 'http://oss-cn-hangzhou.aliyuncs.com', 'not encrypted'],
    ['OSS_PATH_STYLE', 'true', 'path-style'],
    ['CALLBACK_TRUST', 'any', 'anyone'],
    ['CALLBACK_TRUST', 'bucket', 'callback-url'],
    ['API_PUBLIC_URL', '', 'localhost'],
    ['TICKET_PREFIXES', 'avatars/,covers/', 'TICKET_KEY_TEMPLATE'],
    ['QUEUE_URL', 'redis://queue.internal:6379', 'not encrypted'],
    ['TICKET_FOLLOW_UP_S', '0', 'landfall reconcile'],
    ['WEBHOOKS_ALLOW', 'localhost', 'make workers call localhost'],
    ['WEBHOOKS_ALLOW', '0.0.0.0/0', '127.0.0.1, 169.254.169.254, 100.100.100.200;'],
    ['WEBHOOKS_RETRY_S', '604800,604800,604800,604800,604800', 'EVENT_LOG_KEEP_S'],
    ['WORKER_QUEUES', 'thumbnail,transcode', 'delivery'],
    ['EVENTS_ACCEPT', 'smq', '512-bit'],
    ['EVENTS_ACCEPT', 'eventbridge', 'static token'],
  ])('warns of a doubtful %s', (name, value, said) => {
    const nets = name === 'CALLBACK_TRUST' ? { RECONCILE_INTERVAL_S: '86400' } : {};
    const { errors, warnings } = findProblems({ ...production, ...nets, [name]: value });
    expect(errors).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining(said)]);
  });

  test('checks the settings of the emulator only where there are some', () => {
    expect(findProblems({ ...production, EMULATOR_PORT: 'x' }).errors.join()).toContain(
      'EMULATOR_ACCESS_KEY_ID',
    );
  });
});
