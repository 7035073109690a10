import { checkDatabase, createDataSource, createPool, isDatabaseUnavailable } from '#database';
import { createTestDatabase, dropTestDatabase } from '#testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

const write = 'CREATE TEMP TABLE IF NOT EXISTS t (n int)';
const turnReadOnly = 'SET default_transaction_read_only = on';

let url: string;
beforeAll(async () => {
  url = await createTestDatabase();
});
afterAll(() => dropTestDatabase(url));

// What a failover leaves: the address is that of the new primary, the connection that of the old one.
test.each([undefined, 'through a pooler'])(
  'a connection that accepts no more writes is replaced after the first that fails (%s)',
  async (pooler) => {
    const settings = {
      url,
      directUrl: pooler && url,
      poolSize: 1,
      applicationName: 'landfall-test',
    };
    const source = await createDataSource(settings, []).initialize();
    const pool = createPool(settings);
    try {
      await source.query(turnReadOnly);
      const refusal = await source
        .transaction((manager) => manager.query(write))
        .catch((error: unknown) => error);
      expect([isDatabaseUnavailable(refusal), refusal]).toEqual([
        true,
        expect.objectContaining({ code: '25006' }),
      ]);
      await source.transaction((manager) => manager.query(write));
      await pool.query(turnReadOnly);
      await expect(pool.query(write)).rejects.toMatchObject({ code: '25006' });
      await pool.query(write);
    } finally {
      await pool.end();
      await source.destroy();
    }
  },
);

test('a server that accepts no writes is away: a process does not begin on it, and is not ready', async () => {
  const source = await createDataSource(
    { url, poolSize: 2, applicationName: 'landfall-test' },
    [],
  ).initialize();
  const standby = createDataSource({ url, poolSize: 2, applicationName: 'landfall-test' }, []);
  const pool = createPool({ url, poolSize: 1, applicationName: 'landfall-test' });
  const name = new URL(url).pathname.slice(1);
  try {
    await checkDatabase(source);
    await source.query(`ALTER DATABASE "${name}" SET default_transaction_read_only = on`);
    const refusal = await standby.initialize().catch((error: unknown) => error);
    expect(isDatabaseUnavailable(refusal)).toBe(true);
    expect(String(refusal)).toContain('accepts no writes (default_transaction_read_only)');
    await expect(pool.query('SELECT 1')).rejects.toMatchObject({ code: '25006' });
    await source.query(turnReadOnly);
    await expect(checkDatabase(source)).rejects.toMatchObject({
      code: 'database.unavailable',
      message: expect.stringContaining('accepts no writes'),
    });
  } finally {
    await pool.end();
    await source.destroy();
  }
});
