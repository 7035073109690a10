import { createDataSource, translateDatabaseErrors } from '#database';
import { LandfallError } from '#runtime';

/**
 * Does work that only one process does at a time, under an advisory lock on a connection of its
 * own: whoever dies loses it with the connection.
 * @param directUrl of the database itself, not of a pooler
 * @throws LandfallError reconcile.running, database.unavailable
 */
export async function withLock<T>(directUrl: string, name: string, work: () => Promise<T>): Promise<T> {
  const source = createDataSource(
    { url: directUrl, poolSize: 1, applicationName: 'landfall-reconcile-lock' },
    [],
  );
  await translateDatabaseErrors(source.initialize());
  // A pool closes a connection that nobody has taken.
  const runner = source.createQueryRunner();
  try {
    const asked = runner.query('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked', [name]);
    const [row] = (await translateDatabaseErrors(asked)) as [{ locked: boolean }];
    if (!row.locked) throw new LandfallError('reconcile.running', name);
    return await work();
  } finally {
    await runner.release();
    // Lets go of the lock, too.
    await source.destroy();
  }
}
