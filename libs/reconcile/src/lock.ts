import { createDataSource, translateDatabaseErrors } from '#database';
import { LandfallError } from '#runtime';

/**
 * Runs work in only one process at a time, under an advisory lock on a dedicated connection: a process that dies
 * releases it with the connection.
 * @param directUrl of the database itself, not of a pooler
 * @throws LandfallError reconcile.running, database.unavailable
 */
export async function withLock<T>(directUrl: string, name: string, work: () => Promise<T>): Promise<T> {
  const source = createDataSource(
    { url: directUrl, poolSize: 1, applicationName: 'landfall-reconcile-lock' },
    [],
  );
  await translateDatabaseErrors(source.initialize());
  // Keeps the connection checked out, because a pool closes idle ones.
  const runner = source.createQueryRunner();
  try {
    const asked = runner.query('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked', [name]);
    const [row] = (await translateDatabaseErrors(asked)) as [{ locked: boolean }];
    if (!row.locked) throw new LandfallError('reconcile.running', name);
    return await work();
  } finally {
    await runner.release();
    // Also releases the lock.
    await source.destroy();
  }
}
