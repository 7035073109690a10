import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createTestDatabase, dropTestDatabase, eventually, startStack } from '#testing';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { png } from '../fixtures/files.fixture.js';
import { pgbouncer, serverConnections, startPgBouncer } from '../fixtures/pgbouncer.fixture.js';
import { putObject } from '../fixtures/uploads.fixture.js';

const run = promisify(execFile);
const without = pgbouncer === null ? ' (skipped: no PgBouncer is installed)' : '';
const tooOld = pgbouncer?.keepsStatements === false ? ' (skipped: PgBouncer is older than 1.21)' : without;
const words = 'everything works through PgBouncer in transaction mode';

test.skipIf(without !== '')(`${words}, without statements prepared by name${without}`, async () => {
  expect(await warningsOf({})).toEqual([]);
});
test.skipIf(tooOld !== '')(`${words}, with statements prepared by name${tooOld}`, async () => {
  expect(await warningsOf({ DATABASE_PREPARED_STATEMENTS: 'true' })).toEqual([]);
});

/** Uploads and asks for whatever there is. @returns what failed and was then tried again */
async function warningsOf(preparedStatements: Record<string, string>): Promise<string[]> {
  const directUrl = await createTestDatabase({ empty: true });
  await using _ = { [Symbol.asyncDispose]: () => dropTestDatabase(directUrl) };
  await using pooler = await startPgBouncer(directUrl);
  const database = { DATABASE_URL: pooler.url, DATABASE_DIRECT_URL: directUrl, ...preparedStatements };
  const env = { PATH: process.env['PATH'], QUEUE_URL: directUrl, ...database };
  const migrated = await run(process.execPath, ['dist/programs/landfall.js', 'migrate'], { env });
  expect(migrated.stdout).toContain('up to date');

  await using stack = await startStack('redis', { ...database, DATABASE_POOL_SIZE: '20' });
  const headers = {
    authorization: `Bearer ${stack.env['API_KEYS']}`,
    'content-type': 'application/json',
  };
  const ask = async (method: string, path: string, body?: object) => {
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const answer = await fetch(`${stack.api.url}${path}`, init);
    expect([path, answer.status < 300]).toEqual([path, true]);
    return answer;
  };
  // Woken by LISTEN: the connections for it go around the pooler.
  const events = await fetch(`${stack.api.url}/v1/events/stream`, { headers });
  const picture = await png(64, 48);
  const ids = await Promise.all(
    Array.from({ length: 40 }, (_unused, index) => putObject(stack, `${index}.png`, picture)),
  );
  for (const id of ids) expect((await stack.waitFor(id, 'ready', 'failed')).status).toBe('ready');
  const [id = ''] = ids;
  await Promise.all([
    ...ids.map((each) => ask('GET', `/v1/uploads/${each}`)),
    ask('GET', '/v1/uploads?status=ready&limit=10'),
    ask('GET', '/v1/stats'),
    ask('GET', '/v1/queues'),
    ask('PATCH', `/v1/uploads/${id}`, { tags: ['pooled'] }),
    ask('POST', '/v1/tickets', { key: 'pooled.png' }),
  ]);
  await ask('POST', `/v1/uploads/${id}/reprocess`, {});
  await eventually(async () => {
    const { rows } = await askDatabase(directUrl, 'SELECT FROM uploads WHERE reprocessing_since IS NOT NULL');
    return rows.length === 0 ? true : undefined;
  });
  await events.body?.cancel();
  const { rows } = await askDatabase(
    directUrl,
    `SELECT application_name AS name, count(*)::int AS n FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() GROUP BY 1`,
  );
  const direct = /^landfall-(listen-.*|sequencer)$/;
  const pooled = rows.filter(({ name }) => !direct.test(String(name)));
  expect(pooled.reduce((sum, { n }) => sum + Number(n), 0)).toBeLessThanOrEqual(serverConnections);
  return [stack.api, stack.worker]
    .flatMap(({ output }) => output().split('\n'))
    .filter((line) => /"level":[456]0/.test(line) && !line.includes('queues are new'));
}

async function askDatabase(url: string, text: string) {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query<Record<string, unknown>>(text);
  } finally {
    await client.end();
  }
}
