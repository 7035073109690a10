import { createDataSource } from '#database';
import { eventually, ownPostgres, startApp } from '#testing';
import { expect, test } from 'vitest';
import { apiEnv } from './api-env.fixture.js';
import { logEvents, openStream } from './live.fixture.js';

test('streams outlast a database that is away, and miss nothing', async () => {
  await using postgres = await ownPostgres();
  const source = await createDataSource(
    { url: postgres.url, poolSize: 2, applicationName: 'landfall-test' },
    [],
  ).initialize();
  const env: Record<string, string> = { ...apiEnv(postgres.url), LOG_LEVEL: 'silent' };
  const api = await startApp('api', env);
  const url = `${api.url}/v1/events/stream`;
  const headers = { authorization: `Bearer ${env['API_KEYS']}` };
  try {
    const [first] = await logEvents(source, 1);
    await using stream = await openStream(url, headers);
    await using behind = await openStream(`${url}?after=${first}`, headers);
    const before = await logEvents(source, 1);
    for (const one of [stream, behind]) await one.until(() => one.events.length === 1);
    await postgres.stop();

    // Who wants to begin now is refused, but a browser is told to come back.
    const refused = await fetch(`${url}?after=${first}`, { headers });
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'database.unavailable' }]);
    const sentBack = await fetch(`${url}?after=${first}`, {
      headers: { ...headers, accept: 'text/event-stream' },
    });
    expect([sentBack.status, await sentBack.text()]).toEqual([
      200,
      expect.stringMatching(/^retry: \d+\n\n$/),
    ]);

    await postgres.start();
    await eventually(() => source.query('SELECT').catch(() => undefined));
    const after = await logEvents(source, 3);
    for (const one of [stream, behind]) {
      await one.until(() => one.events.length === 4);
      expect(one.events.map(({ id }) => id)).toEqual([...before, ...after]);
    }
  } finally {
    await api.end();
    await source.destroy();
  }
});
