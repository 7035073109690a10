import { expect, test } from 'vitest';
import { loadConfig } from '../load-config.js';

const database = { DATABASE_URL: 'postgres://u:p@pooler:6432/landfall' };
const direct = { ...database, DATABASE_DIRECT_URL: 'postgres://u:p@postgres:5432/landfall' };
const redis = { QUEUE_URL: 'rediss://:p@mymaster' };
const queueOf = (env: Record<string, string>) => loadConfig(['queue'], env).queue;

test('Sentinels and nodes of a cluster are addresses', () => {
  expect(queueOf({ ...redis, QUEUE_SENTINELS: 'a.b:26379, [fd00::1]:26380' }).sentinels).toEqual([
    { host: 'a.b', port: 26_379 },
    { host: 'fd00::1', port: 26_380 },
  ]);
  expect(queueOf({ ...redis, QUEUE_CLUSTER_NODES: '10.0.0.1:6379' })).toMatchObject({
    clusterNodes: [{ host: '10.0.0.1', port: 6_379 }],
    sentinels: [],
  });
});

test.each([
  [{ QUEUE_URL: 'mysql://x' }, 'QUEUE_URL: must be redis'],
  [{ QUEUE_URL: 'nothing', QUEUE_SENTINELS: 'a:1' }, 'QUEUE_URL: must be redis'],
  [{ QUEUE_URL: 'redis://a?family=6' }, 'QUEUE_URL: must have no query parameters'],
  [{ QUEUE_URL: 'redis://a/jobs' }, 'QUEUE_URL: must name the Redis database by its number'],
  [{ ...redis, QUEUE_SENTINELS: 'a' }, 'QUEUE_SENTINELS: must be comma-separated host:port'],
  [{ ...redis, QUEUE_SENTINELS: 'a:70000' }, 'QUEUE_SENTINELS: must be comma-separated host:port'],
  [{ ...redis, QUEUE_SENTINELS: 'redis://a:1' }, 'QUEUE_SENTINELS: must be comma-separated host:port'],
  [{ ...redis, QUEUE_SENTINELS: 'a:1', QUEUE_CLUSTER_NODES: 'b:2' }, 'QUEUE_CLUSTER_NODES: cannot be set'],
  [{ QUEUE_URL: 'redis://a/1', QUEUE_CLUSTER_NODES: 'b:2' }, 'QUEUE_URL: must use database 0'],
  [{ QUEUE_URL: 'postgres://a/b', QUEUE_SENTINELS: 'b:2' }, 'QUEUE_SENTINELS: needs a QUEUE_URL of redis'],
  [{ ...redis, QUEUE_TLS_CERT_FILE: 'a.crt' }, 'QUEUE_TLS_KEY_FILE: must be set with QUEUE_TLS_CERT_FILE'],
  [{ ...redis, QUEUE_TLS_KEY_FILE: 'a.key' }, 'QUEUE_TLS_CERT_FILE: must be set with QUEUE_TLS_KEY_FILE'],
  [
    { QUEUE_URL: 'redis://a', QUEUE_TLS_CERT_FILE: 'a.crt', QUEUE_TLS_KEY_FILE: 'a.key' },
    'QUEUE_TLS_CERT_FILE: needs a QUEUE_URL of rediss',
  ],
])('%o is refused', (env, message) => {
  expect(() => queueOf(env)).toThrow(message);
});

test('a queue in Postgres goes around a pooler', () => {
  const load = (env: Record<string, string>) => loadConfig(['database', 'queue'], env);
  const queueUrl = { QUEUE_URL: database.DATABASE_URL };
  expect(load({ ...database, ...queueUrl }).database.directUrl).toBeUndefined();
  expect(() => load({ ...direct, ...queueUrl })).toThrow('QUEUE_URL: must not be the pooler');
  const { directUrl, preparedStatements } = load({
    ...direct,
    QUEUE_URL: direct.DATABASE_DIRECT_URL,
  }).database;
  expect([directUrl, preparedStatements]).toEqual([direct.DATABASE_DIRECT_URL, undefined]);
  expect(load({ ...direct, ...redis, DATABASE_PREPARED_STATEMENTS: 'false' }).database).toMatchObject({
    preparedStatements: false,
  });
});
